// A seller's webhook receiver: keeps each delivery with its raw body, answers what a test wants, verifies with the
// official library.
import { createServer } from "node:http";
import { Webhook } from "standardwebhooks";
import { ok } from "./api.mjs";
import { sleep, until } from "./wait.mjs";

/**
 * Starts a receiver on a free port. `answers` are the statuses of the next deliveries, then 204; `delay_ms` comes first.
 * `says` is a body that never ends.
 * `begins` is called with each delivery before it is answered, is waited for, and may give the status to answer.
 */
export async function startReceiver() {
  const deliveries = [];
  const answers = [];
  const receiver = { deliveries, answers, delay_ms: 0, begun: 0, begins: undefined, says: undefined };
  const server = createServer(async (request, response) => {
    receiver.begun += 1;
    if (receiver.delay_ms) await sleep(receiver.delay_ms);
    const raw = await read(request).catch(() => undefined);
    // Cut off: the test is over, or the edge was killed.
    if (raw === undefined) return;
    const { headers, url, method } = request;
    const answered = (await receiver.begins?.(headers)) ?? answers.shift() ?? 204;
    deliveries.push({ id: headers["webhook-id"], method, url, headers, raw, body: JSON.parse(raw.toString() || "null"), answered, at_ms: Date.now() });
    response.writeHead(answered, answered >= 300 && answered < 400 ? { location: "/elsewhere" } : {});
    if (receiver.says) response.write(receiver.says);
    else response.end();
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  // One that a failed test has left must not keep the file from ending.
  server.unref();
  const url = `http://127.0.0.1:${server.address().port}/hooks`;
  return Object.assign(receiver, {
    url,
    /** Deliveries of one type, of one invoice if given. */
    of: (type, invoice) => deliveries.filter(({ body }) => body?.type === type && (!invoice || body.data.invoice.id === invoice)),
    /** The first delivery of that type, once it is there. */
    hears(type, invoice) {
      return until(`webhook ${type}`, () => this.of(type, invoice)[0]);
    },
    stop: () => new Promise((resolve) => {
      server.closeAllConnections();
      server.close(resolve);
    }),
  });
}

async function read(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts);
}

/** Registers `receiver` with a store; answers the endpoint with its secret. */
export const register = (store, receiver, more = {}) => ok(store.call("POST", "/v1/webhook_endpoints", { url: receiver.url, ...more }));

/** Throws unless the official library takes the signature over the raw body. */
export const verify = (secret, { raw, headers }) => new Webhook(secret).verify(raw.toString(), headers);
