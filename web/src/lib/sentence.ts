/**
 * Begins a text of the server with a capital: its errors and hints are written to stand behind a colon. What begins with an identifier or a command
 * (`sysctl -w …`, `source.url is …`) stays as it is.
 */
export function sentence(text: string): string {
  const [first = '', second = ''] = text.split(/\s+/, 2);
  if (!/^\p{Ll}[\p{L}’'-]*[,:]?$/u.test(first) || second.startsWith('-')) return text;
  return first.charAt(0).toUpperCase() + text.slice(1);
}
