/** Code to paste, made of what is known of an app. Pure. */

export interface Snippet {
  id: string;
  label: string;
  code: string;
}

/** A word of a POSIX shell, whatever is in it. */
export function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A string literal of JavaScript, Python and Go alike: they agree on what JSON writes. */
export function quoted(text: string): string {
  return JSON.stringify(text);
}

/** A string literal of PHP and PowerShell in which nothing is looked up. */
export function phpQuoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

export function powershellQuoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

export function indented(text: string, by: number): string {
  return text.replaceAll('\n', `\n${' '.repeat(by)}`);
}
