const key = 'vantage.token';

/** The bearer token of this browser tab, or null. Kept for the tab only, so that a shared workstation forgets it. */
export function token(): string | null {
  try {
    return sessionStorage.getItem(key);
  } catch {
    return null; // storage is forbidden here, as in some embedded frames
  }
}

export function setToken(value: string | null): void {
  if (value) sessionStorage.setItem(key, value);
  else sessionStorage.removeItem(key);
}
