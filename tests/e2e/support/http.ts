/**
 * A plain HTTP caller over `node:http`.
 *
 * Owns: sending exactly the headers a test names. `fetch` would add or forbid some of them
 * (`Origin`, `Sec-Fetch-*`, `Cookie`), and those are what several suites are about.
 */
import { Agent, request, type IncomingHttpHeaders } from "node:http";

export interface Asked {
  method?: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  /** The body as JSON; throws with the body's beginning when it is something else. */
  readonly json: any;
}

const agent = new Agent({ keepAlive: true, maxSockets: 64 });

export function ask(base: string, path: string, { method = "GET", headers = {}, body }: Asked = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    // The path goes out exactly as written: a URL parser would tidy up what some tests are about.
    const { hostname, port } = new URL(base);
    const outgoing = request(
      {
        host: hostname.replace(/^\[|\]$/g, ""),
        port,
        path,
        method,
        agent,
        headers: body === undefined ? headers : { "content-length": String(Buffer.byteLength(body)), ...headers },
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
        incoming.on("error", reject);
        incoming.on("end", () => {
          const text = Buffer.concat(chunks).toString("utf8");
          const status = incoming.statusCode ?? 0;
          resolve({
            status,
            headers: incoming.headers,
            text,
            get json() {
              try {
                return JSON.parse(text);
              } catch {
                throw new Error(`${method} ${path} answered ${status} without JSON: ${text.slice(0, 300)}`);
              }
            },
          });
        });
      },
    );
    outgoing.setTimeout(60_000, () => outgoing.destroy(new Error(`${method} ${path} was not answered within 60 s`)));
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

export function multipart(fields: Record<string, string>): { body: string; type: string } {
  const boundary = "----chatter-e2e-boundary";
  const parts = Object.entries(fields).map(
    ([name, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  return { body: `${parts.join("")}--${boundary}--\r\n`, type: `multipart/form-data; boundary=${boundary}` };
}

export function urlencoded(fields: Record<string, string>): { body: string; type: string } {
  return { body: new URLSearchParams(fields).toString(), type: "application/x-www-form-urlencoded" };
}
