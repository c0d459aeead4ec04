/** The React client, as far as a server can tell it from others (contract 1.1 to 1.4). */
import assert from "node:assert/strict";
import { multipart, type Answer } from "./http.ts";
import { PASSWORD, Stranger } from "./person.ts";
import type { Chatter } from "./server.ts";
import { Tab } from "./tab.ts";

/** Where its pages come from: another origin than the server's. */
export const FRONTEND = "http://localhost:8080";

/** The React client's fetch: another origin, credentials, a JSON content type even on GET, a preflight first. */
export class ReactClient {
  readonly caller: Stranger;

  constructor(server: Chatter) {
    this.caller = new Stranger(server);
  }

  async fetchApi(path: string, method = "GET", body?: unknown): Promise<any> {
    await this.preflight(path, method);
    const answer = await this.caller.request(method, path, body, { origin: FRONTEND, "content-type": "application/json", "sec-fetch-mode": "cors", "sec-fetch-site": "same-site", accept: "*/*" });
    this.isReadable(answer, path);
    assert.ok(answer.status >= 200 && answer.status < 300, `${method} ${path}: ${answer.status} ${answer.text.slice(0, 200)}`);
    return answer.json;
  }

  /** The error that a call must be answered with: a status, and a text in JSON. */
  async isRefused(path: string, status: number, text: RegExp, body?: unknown): Promise<void> {
    const answer = await this.caller.request(body === undefined ? "GET" : "POST", path, body, { origin: FRONTEND, "content-type": "application/json", accept: "*/*" });
    this.isReadable(answer, path);
    assert.equal(answer.status, status, `${path}: ${answer.text.slice(0, 200)}`);
    assert.equal(answer.json.ok, false);
    assert.match(answer.json.error, text);
  }

  /** A form with one file. */
  async uploads(path: string, field: string, name: string, bytes: Buffer): Promise<any> {
    const boundary = "----react";
    const head = `--${boundary}\r\ncontent-disposition: form-data; name="${field}"; filename="${name}"\r\n\r\n`;
    const body = Buffer.concat([Buffer.from(head), bytes, Buffer.from(`\r\n--${boundary}--\r\n`)]);
    const answer = await this.caller.post(path, body, { origin: FRONTEND, "content-type": `multipart/form-data; boundary=${boundary}`, accept: "*/*" });
    this.isReadable(answer, path);
    assert.equal(answer.status, 200, answer.text);
    return answer.json;
  }

  async submits(path: string, fields: Record<string, string>): Promise<Answer> {
    const { body, type } = multipart(fields);
    const answer = await this.caller.post(path, body, { origin: FRONTEND, "content-type": type, "sec-fetch-mode": "cors", "sec-fetch-site": "same-site", accept: "*/*" });
    this.isReadable(answer, path);
    return answer;
  }

  async preflight(path: string, method: string): Promise<void> {
    const answer = await this.caller.request("OPTIONS", path, undefined, { origin: FRONTEND, "access-control-request-method": method, "access-control-request-headers": "content-type" });
    assert.ok(answer.status < 300, `preflight of ${path}: ${answer.status}`);
    this.isReadable(answer, path);
  }

  private isReadable(answer: Answer, path: string): void {
    assert.equal(answer.headers["access-control-allow-origin"], FRONTEND, path);
    assert.equal(answer.headers["access-control-allow-credentials"], "true", path);
  }

  async opensSocket(): Promise<Tab> {
    const headers = { cookie: this.caller.cookie, origin: FRONTEND };
    return Tab.open("react", this.caller.server.url, { transports: ["websocket", "polling"], withCredentials: true, extraHeaders: headers });
  }

  async signsIn(username: string): Promise<Tab> {
    assert.equal((await this.submits("/login", { username, password: PASSWORD })).status, 200);
    return this.opensSocket();
  }
}
