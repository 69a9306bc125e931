// Answers for every machine that a peer's checkout asks: its API, its wallet list, its RPC nodes, WalletConnect's relay. Only as
// much as makes the checkout open. The answers are counted for nobody, and come over the same slow network as everything else.
import { createSecureServer } from "node:http2";
import { once } from "node:events";
import { WebSocketServer } from "ws";
import { BASE_USDC } from "./sale.js";

const PIXEL = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");
const USDC = { chainId: 8453, address: BASE_USDC, decimals: 6, symbol: "USDC", name: "USD Coin", iconUri: "", prices: { USD: 1, EUR: 0.9 } };

/** By what the address contains, the first that fits; `body` is what was posted. */
const ANSWERS = [
  [/getWalletImage|getAssetImage|getTokenImage|getCurrencyImage|\.(png|svg|webp|jpg|ico)(\?|$)/, () => ({ type: "image/png", body: PIXEL })],
  [/fonts\.googleapis\.com/, () => ({ type: "text/css", body: " " })],
  [/\.(woff2?|ttf)(\?|$)/, () => ({ status: 404, body: " " })],
  [/\/getWallets/, () => ({ data: [], count: 0 })],
  [/\/appkit\/v1\/config/, () => ({ features: [] })],
  [/\/appkit\/v1\/project-limits/, () => ({ planLimits: { tier: "none", isAboveMauLimit: false, isAboveRpcLimit: false } })],
  [/\/projects\/v1\/origins/, () => ({ allowedOrigins: [] })],
  [/bridge\.thirdweb\.com\/v1\/tokens/, () => ({ data: [USDC] })],
  [/api\.thirdweb\.com\/v1\/chains\/\d+/, () => ({ data: { chainId: 8453, name: "Base", chain: "ETH", nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 }, rpc: [], shortName: "base", slug: "base", stackType: "op_stack" } })],
];

/** What the nodes of a chain say, of a chain on which nothing is. */
const METHODS = {
  eth_chainId: "0x2105", net_version: "8453", eth_blockNumber: "0x1000000", eth_getBalance: "0x0", eth_getCode: "0x", eth_gasPrice: "0x3b9aca00",
  eth_call: `0x${"0".repeat(64)}`, eth_estimateGas: "0x5208", reown_getExchanges: { exchanges: [], total: 0 },
};

/** What the relay says to each request; with no wallet there, nothing else ever comes. */
const RELAY = { irn_subscribe: "1".repeat(64), irn_batchSubscribe: ["1".repeat(64)], irn_fetchMessages: { messages: [], hasMore: false }, irn_batchFetchMessages: { messages: [], hasMore: false } };

function json(url, text) {
  const found = ANSWERS.find(([pattern]) => pattern.test(url));
  if (found) return found[1](text);
  try {
    const asked = JSON.parse(text);
    const one = ({ id, method }) => ({ jsonrpc: "2.0", id, result: METHODS[method] ?? null });
    if (Array.isArray(asked)) return asked.map(one);
    if (asked.jsonrpc) return one(asked);
  } catch {
    // No JSON-RPC.
  }
  return {};
}

/** Starts it; `port` is where, `unknown` collects what it had only an empty answer to, `asked` everything. */
export async function startStandIn(tls) {
  const asked = [];
  const server = createSecureServer({ key: tls.key, cert: tls.cert, allowHTTP1: true }, async (request, response) => {
    const url = `https://${request.headers[":authority"] ?? request.headers.host}${request.url}`;
    const parts = [];
    try {
      for await (const part of request) parts.push(part);
    } catch {
      return;
    }
    const text = Buffer.concat(parts).toString();
    asked.push({ method: request.method, url, text: text.slice(0, 300) });
    const answer = request.method === "OPTIONS" ? {} : json(url, text);
    const headers = {
      "access-control-allow-origin": request.headers.origin ?? "*", "access-control-allow-credentials": "true", "access-control-allow-methods": "GET, POST, PUT, OPTIONS",
      "access-control-allow-headers": request.headers["access-control-request-headers"] ?? "*", "content-type": answer.type ?? "application/json",
    };
    response.writeHead(answer.status ?? 200, headers);
    response.end(answer.body ?? JSON.stringify(answer));
  });
  const sockets = new WebSocketServer({ noServer: true });
  server.on("upgrade", (request, socket, head) => sockets.handleUpgrade(request, socket, head, relay));
  server.on("sessionError", () => {});
  const open = new Set();
  server.on("connection", (socket) => open.add(socket) && socket.on("close", () => open.delete(socket)));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: server.address().port,
    asked,
    stop() {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}

function relay(socket) {
  socket.on("message", (message) => {
    try {
      const { id, method } = JSON.parse(message.toString());
      if (method) socket.send(JSON.stringify({ jsonrpc: "2.0", id, result: RELAY[method] ?? true }));
    } catch {
      socket.close();
    }
  });
  socket.on("error", () => {});
}
