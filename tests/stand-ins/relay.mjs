// A stand-in for WalletConnect's relay, on loopback: mailboxes by topic over WebSockets, as the open specification has them.
// It prints {"port"} when it listens, on the port of `--port` or on any. It admits whom the real one admits: a token signed by the client's own key, for this
// address, not over. POST /control: {block, allow, mute, unmute: <project id>}, {refuse: <project id>}, {without: <method>}.
import { createPublicKey, verify } from "node:crypto";
import { createServer } from "node:http";
import { WebSocketServer } from "ws";

const CLOCK_SKEW_S = 60;
const ED25519_SPKI = Buffer.from("302a300506032b6570032100", "hex");
const BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/** The raw public key of a did:key, or an error. */
function keyOf(issuer) {
  const [, text] = /^did:key:z([1-9A-HJ-NP-Za-km-z]+)$/.exec(issuer) ?? [];
  if (!text) throw new Error("iss is no did:key");
  const number = [...text].reduce((sum, digit) => sum * 58n + BigInt(BASE58.indexOf(digit)), 0n);
  const bytes = Buffer.from(number.toString(16).padStart(68, "0"), "hex");
  if (bytes.length !== 34 || bytes[0] !== 0xed || bytes[1] !== 0x01) throw new Error("iss is no Ed25519 key");
  return bytes.subarray(2);
}

/** Who the token says the client is; throws if it proves nothing. */
function authenticate(token, audience) {
  const parts = `${token}`.split(".");
  if (parts.length !== 3) throw new Error("auth is no JWT");
  const [header, claims] = parts.slice(0, 2).map((part) => JSON.parse(Buffer.from(part, "base64url")));
  if (header.alg !== "EdDSA" || header.typ !== "JWT") throw new Error("auth is not EdDSA");
  const key = createPublicKey({ key: Buffer.concat([ED25519_SPKI, keyOf(claims.iss)]), format: "der", type: "spki" });
  const signature = Buffer.from(parts[2], "base64url");
  if (!verify(null, Buffer.from(parts.slice(0, 2).join(".")), key, signature)) throw new Error("auth is not signed by iss");
  const now = Date.now() / 1000;
  if (claims.aud !== audience) throw new Error(`aud is ${claims.aud}, not ${audience}`);
  if (!/^[0-9a-f]{64}$/.test(claims.sub)) throw new Error("sub is not 32 bytes");
  if (claims.iat > now + CLOCK_SKEW_S || claims.exp <= now) throw new Error("JWT is not valid now");
  return claims.iss;
}

const mailboxes = new Map();
const clients = new Set();
const blocked = new Set();
const muted = new Set();
const refused = new Set();
const without = new Set();
const seen = { refusals: [], acknowledged: 0, published: 0 };
let sequence = 0n;

const mailbox = (topic) => {
  const messages = (mailboxes.get(topic) ?? []).filter(({ until }) => until > Date.now());
  mailboxes.set(topic, messages);
  return messages;
};
/** What waits for this client there: not its own, not yet acknowledged by it. */
const waiting = (client, topic) => mailbox(topic).filter((message) => message.from !== client.id && !message.taken.has(client.id));
const shown = ({ topic, message, publishedAt, tag }) => ({ topic, message, publishedAt, tag });

function deliver(client, message) {
  // 19 digits, more than a JavaScript number holds: written as the real relay writes it.
  const id = 1_700_000_000_000_000_000n + ++sequence;
  client.unacknowledged.set(`${id}`, message);
  const params = JSON.stringify({ id: message.topic, data: shown(message) });
  client.send(`{"id":${id},"jsonrpc":"2.0","method":"irn_subscription","params":${params}}`);
}
function publish(client, topic, text, ttl, tag) {
  const message = { topic, message: text, tag, publishedAt: Date.now(), until: Date.now() + ttl * 1000, from: client.id, taken: new Set() };
  mailbox(topic).push(message);
  seen.published += 1;
  for (const other of clients) if (other.id !== client.id && other.topics.has(topic)) deliver(other, message);
}
function subscribe(client, topic) {
  client.topics.add(topic);
  for (const message of waiting(client, topic)) deliver(client, message);
  return `${client.id}/${topic}`;
}
function fetchAll(client, topics) {
  const messages = topics.flatMap((topic) => waiting(client, topic));
  messages.forEach(({ taken }) => taken.add(client.id));
  return { messages: messages.map(shown), hasMore: false };
}

const METHODS = {
  irn_publish: (client, { topic, message, ttl, tag }) => (publish(client, topic, message, ttl, tag), true),
  irn_subscribe: (client, { topic }) => subscribe(client, topic),
  irn_batchSubscribe: (client, { topics }) => topics.map((topic) => subscribe(client, topic)),
  irn_unsubscribe: (client, { topic }) => client.topics.delete(topic),
  irn_fetchMessages: (client, { topic }) => fetchAll(client, [topic]),
  irn_batchFetchMessages: (client, { topics }) => fetchAll(client, topics),
  wc_proposeSession(client, { pairingTopic, sessionProposal, ttl }) {
    subscribe(client, pairingTopic);
    publish(client, pairingTopic, sessionProposal, ttl, 1100);
    return true;
  },
  wc_approveSession(client, { pairingTopic, sessionTopic, sessionProposalResponse, sessionSettlementRequest, ttl }) {
    subscribe(client, sessionTopic);
    publish(client, pairingTopic, sessionProposalResponse, ttl, 1101);
    publish(client, sessionTopic, sessionSettlementRequest, ttl, 1102);
    return true;
  },
};

function take(client, text) {
  // Ids go back as they came, digit by digit.
  const id = /"id"\s*:\s*("[^"]*"|\d+)/.exec(text)?.[1];
  const { method, params } = JSON.parse(text);
  if (!method) {
    const acknowledged = id?.replace(/\D/g, "");
    client.unacknowledged.get(acknowledged)?.taken.add(client.id);
    if (client.unacknowledged.delete(acknowledged)) seen.acknowledged += 1;
    return;
  }
  const known = !without.has(method) && METHODS[method];
  const outcome = known
    ? `"result":${JSON.stringify(known(client, params))}`
    : `"error":${JSON.stringify({ code: -32601, message: `Method not found: ${method}` })}`;
  client.send(`{"id":${id},"jsonrpc":"2.0",${outcome}}`);
}

const http = createServer(async (request, response) => {
  let body = "";
  for await (const chunk of request) body += chunk;
  if (request.url === "/control") {
    const { block, allow, mute, unmute, refuse, without: method } = JSON.parse(body);
    if (block) blocked.add(block);
    if (allow) blocked.delete(allow);
    if (mute) muted.add(mute);
    if (unmute) muted.delete(unmute);
    if (refuse) refused.add(refuse);
    if (method) without.add(method);
    for (const client of clients) if (client.project === block) client.terminate();
  }
  const unacknowledged = [...clients].reduce((sum, client) => sum + client.unacknowledged.size, 0);
  response.setHeader("content-type", "application/json").end(JSON.stringify({ ...seen, unacknowledged, clients: [...clients].map(({ project }) => project) }));
});
const sockets = new WebSocketServer({ noServer: true });
http.on("upgrade", (request, socket, head) => {
  const { searchParams } = new URL(request.url, "http://relay");
  const project = searchParams.get("projectId");
  if (blocked.has(project)) return socket.destroy();
  sockets.handleUpgrade(request, socket, head, (opened) => {
    let id;
    try {
      if (refused.has(project)) throw new Error("invalid key");
      id = authenticate(searchParams.get("auth"), `ws://127.0.0.1:${http.address().port}`);
    } catch (error) {
      seen.refusals.push(error.message);
      return opened.close(3000, `Unauthorized: ${error.message}`);
    }
    // Muted: the line looks alive and nothing passes, as when a phone has slept.
    const client = {
      id, project, topics: new Set(), unacknowledged: new Map(), isMuted: false,
      send: (text) => client.isMuted || opened.send(text),
      terminate: () => opened.terminate(),
    };
    clients.add(client);
    opened.on("message", (data) => {
      client.isMuted ||= muted.has(project);
      if (!client.isMuted) take(client, data.toString());
    });
    opened.on("close", () => clients.delete(client));
  });
});
const at = process.argv.indexOf("--port");
http.listen(at < 0 ? 0 : Number(process.argv[at + 1]), "127.0.0.1", () => console.log(JSON.stringify({ port: http.address().port })));
process.on("SIGTERM", () => process.exit(0));
