/** What the address says with which the server sends somebody back to their tool. */

export type ToolAnswer = { code: string } | { error: string } | null;

/**
 * Anybody can make such an address and send it to people: what is no code and no name of an error
 * is not shown, and neither are descriptions.
 */
export function toolAnswer(query: URLSearchParams): ToolAnswer {
  const code = query.get('code');
  if (code !== null && /^[A-Za-z0-9_-]{20,128}$/.test(code)) return { code };
  const error = query.get('error');
  return error !== null && /^[a-z_]{1,40}$/.test(error) ? { error } : null;
}
