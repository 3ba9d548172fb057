/** The rule for stream names, as the server holds it. */
const rule = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** Why a name cannot be taken, in words; null when it can. */
export function nameProblem(name: string, taken: readonly string[]): string | null {
  if (name === '') return 'Give the camera a name.';
  if (name.length > 63) return 'At most 63 characters.';
  if (!rule.test(name)) return 'Use lower-case letters, digits and hyphens; begin and end with a letter or digit.';
  if (taken.includes(name)) return 'This name is taken already.';
  return null;
}

/** A free name made from what we know of a camera: its own name, or the host of its address. */
export function suggestName(from: string, taken: readonly string[]): string {
  let base = from;
  try {
    const u = new URL(from);
    // Last path element when it says something, as in rtsp://host:8554/gate; else the host.
    const last = u.pathname.split('/').filter(Boolean).at(-1) ?? '';
    base =
      /^[a-z][a-z0-9-]{2,}$/i.test(last) && !/^(h26[45]|stream\d*|live|media|profile\d*|ch\d+|main|sub)/i.test(last) ? last : `cam-${u.hostname}`;
  } catch {
    // Not an address: a name in words.
  }
  const slug = base
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 56)
    .replace(/-+$/, '');
  const name = slug || 'camera';
  if (!taken.includes(name)) return name;
  for (let i = 2; ; i++) if (!taken.includes(`${name}-${i}`)) return `${name}-${i}`;
}

/** The address with user name and password in it, unless it has some already; as it is when it is no address. */
export function withCredentials(address: string, username: string, password: string): string {
  if (!username || !URL.canParse(address)) return address;
  const u = new URL(address);
  if (!u.username) {
    u.username = encodeURIComponent(username);
    u.password = encodeURIComponent(password);
  }
  return u.href;
}
