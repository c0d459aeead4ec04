/** What is wrong with a payload, as the server would say it. It decides; this says it while one types. */

export interface Problem {
  /** The server's own code. */
  code: string;
  pointer: string;
}

export type Fields = Record<string, unknown>;

export function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Unicode scalar values, which is how limits count. */
export function lengthOf(text: string): number {
  return Array.from(text).length;
}

/** null is the same as nothing. */
export function isAbsent(value: unknown): value is null | undefined {
  return value === undefined || value === null;
}

export function isHttps(value: unknown): boolean {
  return typeof value === 'string' && value.startsWith('https://') && URL.canParse(value);
}
