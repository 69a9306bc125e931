// What the comparison of checkouts counts and times (tests/bench/visit.mjs), on pages of known size and pace.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, test } from "node:test";
import { brotliCompressSync } from "node:zlib";
import { certificate } from "../bench/peers/certificate.mjs";
import { serve } from "../bench/peers/serve.mjs";
import { visit } from "../bench/visit.mjs";

const SCRIPT = `// ${randomBytes(30_000).toString("hex")}\n`;
/** As if compressed: the browser unpacks it, the wire carries less. */
const PACKED = brotliCompressSync(SCRIPT);
const SLOW_MS = 1_500;
const FAST = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: -1 };
const text = (type, raw) => ({ type, raw: Buffer.from(raw), body: Buffer.from(raw) });

let tls, server;
before(async () => {
  tls = certificate();
  const pages = {
    "/index.html": text("text/html", `<!doctype html><link rel="icon" href="data:,"><script src="/assets/one.js"></script><script src="/other.js"></script>
      <button id="buy" onclick="const again = document.createElement('script'); again.src = '/assets/one.js'; document.head.append(again); setTimeout(() => document.body.append('opened'), ${SLOW_MS})">Buy</button>`),
    "/other.js": text("text/javascript", `// ${"x".repeat(5_000)}`),
    "/assets/one.js": { type: "text/javascript", raw: Buffer.from(SCRIPT), body: PACKED, encoding: "br" },
  };
  server = await serve(new Map(Object.entries(pages)), tls);
});
after(() => server.stop());

const look = (more, act) =>
  visit({ url: `${server.url}/`, own: (url) => url.startsWith(`${server.url}/assets/`), world: { pin: tls.pin }, slowdown: 1, network: FAST, ...more }, act);

test("bytes are the page's own, as they were on the wire, and each only once", async () => {
  const marks = await look({}, async (visitor) => {
    await visitor.page.locator("#buy").click();
    await visitor.sees("open", visitor.page.getByText("opened"));
    await visitor.quiet();
    visitor.weigh("all");
  });
  assert.deepEqual([marks.all_br, marks.all_raw, marks.all_requests], [PACKED.length, SCRIPT.length, 1]);
});

test("time runs from where it is said to begin", async () => {
  const marks = await look({}, async (visitor) => {
    await visitor.page.locator("#buy").waitFor();
    visitor.start();
    await visitor.page.locator("#buy").click();
    await visitor.sees("open", visitor.page.getByText("opened"));
  });
  assert.ok(marks.open >= SLOW_MS && marks.open < SLOW_MS + 10_000, `open after ${marks.open} ms`);
});

test("a slow network is slow", async () => {
  const of = async (network) => {
    const marks = await look({ network }, async (visitor) => visitor.sees("button", visitor.page.locator("#buy")));
    return marks.button;
  };
  const slow = await of({ ...FAST, latency: 600, downloadThroughput: 20_000 });
  // The script alone takes PACKED.length / 20,000 s, more than a second and a half.
  assert.ok(slow > (PACKED.length / 20_000) * 1_000, `the button came after ${slow} ms`);
});

test("a checkout that never opens fails in words and gives no number", async () => {
  const never = look({ patience_ms: 2_000 }, async (visitor) => visitor.sees("open", visitor.page.getByText("Pay with wallet")));
  await assert.rejects(never, (error) => /Timeout 2000ms/.test(error.message) && /the page shows: .*Buy/s.test(error.message));
  const blank = look({ patience_ms: 2_000 }, async (visitor) => visitor.scans("qr", /./));
  await assert.rejects(blank, /no QR code like .* came within 2 s/);
});
