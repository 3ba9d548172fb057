export type Route =
  | { page: 'wall' }
  | { page: 'stream'; name: string }
  | { page: 'add' }
  | { page: 'sessions' }
  | { page: 'system' }
  | { page: 'unknown'; path: string };

/** The page at a path of the console. */
export function parseRoute(path: string): Route {
  const parts = path.split('/').filter(Boolean);
  const [head, name] = parts;
  if (parts.length === 0) return { page: 'wall' };
  if (parts.length === 1 && (head === 'add' || head === 'sessions' || head === 'system')) return { page: head };
  if (parts.length === 2 && head === 's' && name) {
    try {
      return { page: 'stream', name: decodeURIComponent(name) };
    } catch {
      return { page: 'unknown', path };
    }
  }
  return { page: 'unknown', path };
}

export function streamPath(name: string): string {
  return `/s/${encodeURIComponent(name)}`;
}
