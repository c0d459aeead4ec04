/** Which build of this client the server serves: each build's first script has a name of its own. */

/** The first script of a page. */
export function entryIn(html: string): string | null {
  for (const [tag] of html.matchAll(/<script\b[^>]*>/g)) {
    const [, src] = /\bsrc="([^"]+)"/.exec(tag) ?? [];
    if (src !== undefined && /\btype="module"/.test(tag)) return src;
  }
  return null;
}

/** Null when it could not be had. */
export async function servedEntry(): Promise<string | null> {
  try {
    const response = await fetch('/chat', { cache: 'no-store', credentials: 'same-origin' });
    return response.ok ? entryIn(await response.text()) : null;
  } catch {
    return null;
  }
}
