// Stands between an edge and the chain's node: passes everything on, tells who listens, and can be down.
import { Agent, createServer, request as ask } from "node:http";

/** Starts a proxy to the node at `target`. `listen(methods)` is called with each request before it is passed on. */
export async function startProxy(target) {
  const { hostname, port } = new URL(target);
  const agent = new Agent({ keepAlive: true });
  const proxy = { down: false, calls: 0, listen: undefined };
  const server = createServer(async (request, response) => {
    const parts = [];
    try {
      for await (const part of request) parts.push(part);
    } catch {
      return; // The edge was killed.
    }
    const body = Buffer.concat(parts);
    proxy.calls += 1;
    proxy.listen?.(body);
    if (proxy.down) return void response.writeHead(502).end();
    const onward = ask({ hostname, port, agent, method: "POST", path: "/", headers: { "content-type": "application/json", "content-length": body.length } }, (answer) => {
      response.writeHead(answer.statusCode, { "content-type": "application/json" });
      answer.pipe(response);
    });
    onward.on("error", () => response.writeHead(502).end());
    onward.end(body);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  server.unref();
  return Object.assign(proxy, {
    url: `http://127.0.0.1:${server.address().port}`,
    stop: () => new Promise((resolve) => {
      agent.destroy();
      server.closeAllConnections();
      server.close(resolve);
    }),
  });
}
