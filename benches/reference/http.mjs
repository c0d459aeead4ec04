// What every route of the reference server needs: refusals with a status, and bodies.

const MAX_BODY = 262144;

export class HttpError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** A refusal with a name that programs compare. */
export class Refused extends HttpError {
  constructor(code, message) {
    super(400, message);
    this.code = code;
  }
}

export async function bodyOf(request) {
  let body = "";
  for await (const chunk of request) {
    body += chunk;
    if (body.length > MAX_BODY) throw new HttpError(413, "too large");
  }
  try {
    return JSON.parse(body);
  } catch {
    throw new HttpError(400, "bad params");
  }
}
