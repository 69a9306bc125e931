// What the bench measures beside the edge, in the same process: a handler that does nothing, and one that inserts a row.
// And what the edge has on the real platform and here nobody else provides: a cache and the (absent) assets.
import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";

export class Rows extends DurableObject {
  constructor(state, env) {
    super(state, env);
    state.storage.sql.exec("CREATE TABLE IF NOT EXISTS rows (id INTEGER PRIMARY KEY, text TEXT NOT NULL)");
  }

  fetch() {
    this.ctx.storage.sql.exec("INSERT INTO rows (text) VALUES (?)", "one row");
    return new Response("inserted");
  }
}

const kept = new Map();

/** The runtime asks this for the Cache API: a miss is a 504, a hit says so in a header. */
export class Cache extends WorkerEntrypoint {
  async fetch(request) {
    const { method, url } = request;
    if (method === "PUT") {
      // The body is the whole answer as HTTP text.
      kept.set(url, await request.text());
      return new Response(null, { status: 204 });
    }
    if (method === "PURGE") return new Response(null, { status: kept.delete(url) ? 200 : 404 });
    const text = kept.get(url);
    if (text === undefined) return new Response(null, { status: 504, headers: { "cf-cache-status": "MISS" } });
    const end = text.indexOf("\r\n\r\n");
    const [status, ...lines] = text.slice(0, end).split("\r\n");
    const headers = new Headers(lines.map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1).trim()]));
    headers.set("cf-cache-status", "HIT");
    return new Response(text.slice(end + 4), { status: Number(status.split(" ")[1]), headers });
  }
}

export class NoAssets extends WorkerEntrypoint {
  fetch() {
    return new Response("not here", { status: 404 });
  }
}

export default {
  fetch(request, env) {
    if (new URL(request.url).pathname === "/row") return env.ROWS.get(env.ROWS.idFromName("all")).fetch(request);
    return new Response("empty");
  },
};
