// Calls of the public HTTP API. Nothing else of the services is used by this page.

const PATIENCE = 20000;

/** The services cannot be reached, or say that they cannot answer now. */
export class Unreachable extends Error {}

/** An answer that is a problem (RFC 9457). */
export class Refused extends Error {
  constructor(status, problem) {
    super(problem?.errors?.[0]?.message ?? problem?.detail ?? problem?.title ?? String(status));
    this.status = status;
    this.slug = problem?.type?.replace("urn:adhere:problem:", "");
  }
}

/** The response, whatever its status. @throws Unreachable */
export async function send(token, method, path, { body, type, accept, headers, signal } = {}) {
  try {
    return await fetch(path, {
      method,
      body,
      cache: "no-store",
      credentials: "omit",
      signal: signal ?? AbortSignal.timeout(PATIENCE),
      headers: {
        ...(token && { Authorization: `Bearer ${token}` }),
        ...(type && { "Content-Type": type }),
        Accept: accept ?? "application/json",
        ...headers,
      },
    });
  } catch (failure) {
    throw new Unreachable(failure.message);
  }
}

/** The body of a good answer, null where there is none. @throws Unreachable @throws Refused */
export async function call(token, method, path, content) {
  const response = await send(token, method, path,
    content === undefined ? {} : { body: JSON.stringify(content), type: "application/json" });
  let body;
  try {
    const text = await response.text();
    body = text ? JSON.parse(text) : null;
  } catch (failure) {
    throw new Unreachable(failure.message);
  }
  if (response.ok) return body;
  if (response.status >= 500 || response.status === 429) throw new Unreachable(String(response.status));
  throw new Refused(response.status, body);
}

/** The lines of a body as they come in, without their ends; an unfinished last one is left out. */
export async function* lines(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const parts = (rest + value).split("\n");
      rest = parts.pop();
      for (const part of parts) yield part.replace(/\r$/, "");
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}
