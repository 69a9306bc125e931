// Pages as a good host serves them: HTTP/2 over TLS, brotli, assets for ever. A folder, or an edge with its assets before it.
// Serves on loopback only.
import { createHash, randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { createSecureServer } from "node:http2";
import { request } from "node:http";
import { connect } from "node:net";
import { extname, join, relative } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants } from "node:zlib";

const TYPES = {
  ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".wasm": "application/wasm", ".svg": "image/svg+xml",
  ".json": "application/json", ".txt": "text/plain; charset=utf-8", ".png": "image/png", ".jpg": "image/jpeg", ".webp": "image/webp", ".woff": "font/woff", ".woff2": "font/woff2", ".ttf": "font/ttf",
};
/** What is packed already gains nothing. */
const PACKED = /^(image\/(png|jpeg|webp)|font\/woff)/;
/** What a host compresses once, and what it compresses for each answer. */
const [ONCE, EACH] = [11, 4];

const compress = promisify(brotliCompress);
// The window and the hint are what the `brotli` program takes by itself.
const brotli = (body, quality) =>
  compress(body, { params: { [constants.BROTLI_PARAM_QUALITY]: quality, [constants.BROTLI_PARAM_LGWIN]: 24, [constants.BROTLI_PARAM_SIZE_HINT]: body.length } });

/** Every file below `folder`, by its path, compressed as a host keeps it. What was compressed is kept in `kept`, by its hash. */
export async function assetsIn(folder, kept) {
  const assets = new Map();
  await mkdir(kept, { recursive: true });
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  await Promise.all(entries.filter((entry) => entry.isFile()).map(async (entry) => {
    const path = join(entry.parentPath ?? entry.path, entry.name);
    const type = TYPES[extname(path)];
    // A file of rules for the platform, which is not served either.
    if (!type && entry.name.startsWith("_")) return;
    if (!type) throw new Error(`what type is ${path}?`);
    const raw = await readFile(path);
    const small = PACKED.test(type) ? raw : await compressedOnce(raw, kept);
    assets.set(`/${relative(folder, path)}`, { type, raw, body: small.length < raw.length ? small : raw, encoding: small.length < raw.length ? "br" : undefined });
  }));
  return assets;
}

async function compressedOnce(raw, kept) {
  const path = join(kept, `${createHash("sha256").update(raw).digest("hex")}.br`);
  const found = await readFile(path).catch(() => undefined);
  if (found) return found;
  const made = await brotli(raw, ONCE);
  // Under another name first: what a stopped run left must not be taken for whole.
  const half = `${path}.${randomUUID()}`;
  await writeFile(half, made);
  await rename(half, path);
  return made;
}

/** Serves `assets`, and what is not among them from `behind`, where that is given. Answers its `url` and `stop`. */
export async function serve(assets, tls) {
  let behind;
  const server = createSecureServer({ key: tls.key, cert: tls.cert, allowHTTP1: true }, (asked, answer) => {
    const path = asked.url.split("?")[0];
    const asset = assets.get(path === "/" ? "/index.html" : path);
    if (asset) return fromHere(path, asset, asked, answer);
    if (behind) return fromBehind(behind, asked, answer);
    answer.writeHead(404).end();
  });
  server.on("upgrade", (asked, socket, head) => (behind ? upgrade(behind, asked, socket, head) : socket.destroy()));
  server.on("sessionError", () => {});
  const sockets = new Set();
  server.on("connection", (socket) => sockets.add(socket) && socket.on("close", () => sockets.delete(socket)));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `https://127.0.0.1:${server.address().port}`,
    /** An address from which everything else comes, as from a Worker behind its assets. */
    putBefore: (url) => (behind = new URL(url)),
    stop() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

function fromHere(path, { type, body, encoding, raw }, asked, answer) {
  const packed = encoding && /\bbr\b/.test(asked.headers["accept-encoding"] ?? "");
  const lasting = path.startsWith("/assets/") ? "public, max-age=31536000, immutable" : "public, max-age=300";
  answer.writeHead(200, {
    "content-type": type, "cache-control": type.startsWith("text/html") ? "no-cache" : lasting, "access-control-allow-origin": "*",
    "cross-origin-resource-policy": "cross-origin", ...(packed && { "content-encoding": "br" }), "content-length": (packed ? body : raw).length,
  });
  answer.end(packed ? body : raw);
}

/** Headers that belong to one connection, and HTTP/2's own. */
const passed = (headers) => Object.fromEntries(Object.entries(headers).filter(([name]) => !/^(:|connection|keep-alive|transfer-encoding|upgrade|content-length|accept-encoding)/.test(name)));

function fromBehind(behind, asked, answer) {
  const headers = { ...passed(asked.headers), host: behind.host };
  const forward = request({ host: behind.hostname, port: behind.port, path: asked.url, method: asked.method, headers }, async (got) => {
    try {
      const parts = [];
      for await (const part of got) parts.push(part);
      const raw = Buffer.concat(parts);
      const pack = raw.length > 0 && /^(text|application\/(problem\+)?json)/.test(got.headers["content-type"] ?? "") && /\bbr\b/.test(asked.headers["accept-encoding"] ?? "");
      const body = pack ? await brotli(raw, EACH) : raw;
      answer.writeHead(got.statusCode, { ...passed(got.headers), ...(pack && { "content-encoding": "br" }), "content-length": body.length });
      answer.end(body);
    } catch {
      answer.stream?.destroy();
    }
  });
  forward.on("error", () => answer.writeHead(502).end());
  asked.pipe(forward);
}

/** A WebSocket is passed on byte by byte. */
function upgrade(behind, asked, socket, head) {
  const onward = connect(behind.port, behind.hostname, () => {
    const lines = Object.entries({ ...asked.headers, host: behind.host }).map(([name, value]) => `${name}: ${value}`);
    onward.write(`GET ${asked.url} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`);
    onward.write(head);
    socket.pipe(onward).pipe(socket);
  });
  for (const end of [socket, onward]) end.on("error", () => (socket.destroy(), onward.destroy()));
}
