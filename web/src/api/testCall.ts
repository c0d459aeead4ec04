/** Calls of the platform's API as a service outside would make them: without the session. */

export interface TestAnswer {
  /** 0 when there was none. */
  status: number;
  ms: number;
  headers: Headers;
  text: string;
  /** The text, where it is JSON. */
  json: unknown;
}

interface TestCall {
  method: 'GET' | 'POST' | 'PATCH';
  /** Of this Chatter: whatever its address is called from here. */
  path: string;
  headers?: Record<string, string>;
  body?: string | URLSearchParams;
}

export async function testCall({ method, path, headers, body }: TestCall): Promise<TestAnswer> {
  const began = performance.now();
  const took = () => Math.round(performance.now() - began);
  try {
    const response = await fetch(path, {
      method,
      headers,
      body,
      credentials: 'omit',
      cache: 'no-store',
      referrerPolicy: 'no-referrer',
    });
    const text = await response.text();
    return { status: response.status, ms: took(), headers: response.headers, text, json: parsed(text) };
  } catch {
    return { status: 0, ms: took(), headers: new Headers(), text: '', json: null };
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
