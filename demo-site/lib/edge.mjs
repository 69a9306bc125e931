// The edge's public HTTP API, as a seller's back end calls it. Knows keys and paths; keeps nothing.

/** How long one call may take, in milliseconds. */
const CALL_MS = 15_000;

export class EdgeError extends Error {
  constructor(method, path, status, problem) {
    super(`${method} ${path} answered ${status} ${problem?.code ?? ""}: ${problem?.detail ?? problem?.title ?? "no reason given"}`);
    this.status = status;
    this.problem = problem;
  }
}

/** A caller for `edge` with `key` (none: public calls only). Throws an EdgeError on every answer that is no success. */
export function edgeClient(edge, key) {
  return async (method, path, body) => {
    const response = await fetch(edge + path, {
      method,
      headers: {
        ...(key && { authorization: `Bearer ${key}` }),
        ...(body !== undefined && { "content-type": "application/json" }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(CALL_MS),
    });
    const text = await response.text();
    const answer = parse(text);
    if (!response.ok) throw new EdgeError(method, path, response.status, answer);
    return answer;
  };
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
