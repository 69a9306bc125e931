// Groat's checkout beside other checkouts of its kind, in one run: the same browser, network and processor, a browser that has
// never been there before each visit, and one round after the other so that the machine's noise hits all alike.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { newStore } from "../lib/api.mjs";
import { workerdInstance } from "../lib/workerd_instance.mjs";
import { percentile } from "./figures.mjs";
import { buildPeer } from "./peers/build.mjs";
import { certificate } from "./peers/certificate.mjs";
import { assetsIn, serve } from "./peers/serve.mjs";
import { GROAT, PEERS } from "./peers/shops.mjs";
import { startStandIn } from "./peers/stand_in.mjs";
import { CPU_SLOWDOWN, NETWORK, visit } from "./visit.mjs";

const ROUNDS = Number(process.env.GROAT_ROUNDS ?? 5);
/** Names of peers, apart by commas; all unless it is set. Groat is always among them. */
const ASKED = process.env.GROAT_PEERS?.split(",");
/** A hand that goes to a button is over it for about so long before it presses. */
const HOVER_MS = 300;
const TARGET = fileURLToPath(new URL("../../target/peers", import.meta.url));
const HERE = fileURLToPath(new URL("peers", import.meta.url));
const WALLET = readFileSync(join(HERE, "wallet.js"), "utf8");

/**
 * What is done in a visit. `at once`: the button is pressed as soon as it answers, and time counts from the page's address.
 * `read`: the page has been read, everything it loads by itself has come, and time counts from the click.
 */
const VISITS = [
  { name: "look", goal: "look", read: true },
  { name: "at once, code", goal: "qr", read: false },
  { name: "at once, wallet", goal: "wallet", read: false },
  { name: "read, code", goal: "qr", read: true },
  { name: "read, wallet", goal: "wallet", read: true },
];

/** Prints the table, after each round anew; throws at the end where a checkout did not do what it was asked. */
export async function checkout() {
  const tls = certificate();
  const stops = [];
  try {
    const world = await startStandIn(tls);
    stops.push(() => world.stop());
    const shops = [await groatShop(tls, stops)];
    for (const peer of PEERS.filter(({ name }) => ASKED?.includes(name) ?? true)) shops.push(await peerShop(peer, tls, stops));

    const failures = [];
    const found = new Map(shops.map(({ name }) => [name, []]));
    for (let round = 1; round <= ROUNDS; round += 1) {
      for (const kind of VISITS) {
        for (const shop of shops.filter(({ [kind.goal]: has }) => kind.goal === "look" || has)) {
          try {
            const marks = await oneVisit(shop, kind, { pin: tls.pin, port: world.port });
            found.get(shop.name).push({ kind: kind.name, ...marks });
            console.error(`round ${round}, ${shop.name}, ${kind.name}: ${JSON.stringify(marks)}`);
          } catch (error) {
            // The others go on; the run has failed all the same.
            failures.push(error.message);
            console.error(`round ${round}, ${error.message}`);
          }
        }
      }
      print(shops, found, round);
    }
    if (failures.length > 0) throw new Error(`${failures.length} visits came to nothing:\n${failures.join("\n")}`);
    return true;
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

/** The edge behind its assets, as the platform serves it, and a shop's page with nothing but the tag and a button. */
async function groatShop(tls, stops) {
  const site = await assetsIn(fileURLToPath(new URL("../../target/site", import.meta.url)), join(TARGET, "compressed"));
  const front = await serve(site, tls);
  stops.push(() => front.stop());
  const edge = await workerdInstance(() => ({ PUBLIC_URL: front.url }));
  stops.push(() => edge.remove());
  await edge.start();
  front.putBefore(edge.url);
  const store = await newStore({ edge: edge.url, operator: edge.operator });
  const { id } = await store.sell({ amount: "49.00", currency: "USD" }, { name: "Low Water" });
  const page = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>A shop with Groat</title><link rel="icon" href="data:,"><script async src="${front.url}/groat.js" data-key="${store.pk}"></script></head><body><h1>A shop</h1><div id="root"><button id="buy" data-groat-product="${id}">Pay with Groat</button></div></body></html>`;
  const host = await serve(new Map([["/index.html", { type: "text/html; charset=utf-8", raw: Buffer.from(page), body: Buffer.from(page) }]]), tls);
  stops.push(() => host.stop());
  return { ...GROAT, version: "this one", url: `${host.url}/`, own: (url) => url.startsWith(`${front.url}/`) };
}

async function peerShop(peer, tls, stops) {
  const out = join(TARGET, peer.name);
  await buildPeer(peer.name, out);
  const server = await serve(await assetsIn(out, join(TARGET, "compressed")), tls);
  stops.push(() => server.stop());
  const wanted = JSON.parse(readFileSync(join(HERE, peer.name, "package.json"), "utf8")).dependencies;
  const version = peer.packages.map((name) => `${name} ${wanted[name]}`).join(", ");
  return { ...peer, version, url: `${server.url}/`, own: (url) => url.startsWith(`${server.url}/assets/`) };
}

function oneVisit(shop, { goal, read, name }, world) {
  return visit({ url: shop.url, own: shop.own, world, before: [WALLET] }, async (visitor) => {
    const { page } = visitor;
    const button = shop.button(page);
    await button.waitFor();
    await shop.ready?.(page);
    visitor.mark("button");
    const box = await button.boundingBox();
    const at = [box.x + box.width / 2, box.y + box.height / 2];
    if (read) {
      await visitor.quiet();
      await page.mouse.move(...at);
      await page.waitForTimeout(HOVER_MS);
      visitor.start();
    }
    const opened = page.waitForEvent("popup");
    opened.catch(() => {});
    await page.mouse.click(...at);
    await shop.open(visitor, page, opened);
    visitor.mark("open");
    visitor.weigh("open");
    // Not on the way to a wallet: who shows no price would be spared the looking.
    if (shop.price && goal !== "wallet") {
      await shop.price(visitor, page);
      visitor.mark("price");
    }
    if (goal === "look") {
      await visitor.quiet();
      visitor.weigh("loaded");
      await visitor.strain();
    } else {
      await shop[goal](visitor, page);
      visitor.weigh(goal);
    }
  }).catch((error) => {
    throw new Error(`${shop.name} (${name}): ${error.message}`, { cause: error });
  });
}

const kB = (value) => (value / 1_000).toFixed(value < 100_000 ? 1 : 0);
const MB = (value) => (value / 1_000_000).toFixed(1);
const s = (value) => (value / 1_000).toFixed(2);

/** What the table shows: from which visits, which mark, how written. */
const ROWS = [
  ["bytes until it is open and has loaded, br kB", "look", "loaded_br", kB],
  ["requests for them", "look", "loaded_requests", (value) => value.toFixed(0)],
  ["bytes when the QR code is on the screen, br kB", "at once, code", "qr_br", kB],
  ["first visit: checkout open, s", "at once, code", "open", s],
  ["first visit: price readable, s", "at once, code", "price", s],
  ["first visit: QR code scannable, s", "at once, code", "qr", s],
  ["first visit: wallet asked, s", "at once, wallet", "wallet", s],
  ["page read, from the click: checkout open, s", "read, code", "open", s],
  ["page read, from the click: price readable, s", "read, code", "price", s],
  ["page read, from the click: QR code scannable, s", "read, code", "qr", s],
  ["page read, from the click: wallet asked, s", "read, wallet", "wallet", s],
  ["main thread busy until loaded, s", "look", "task_ms", s],
  ["of that, script, s", "look", "script_ms", s],
  ["JavaScript heap, MB", "look", "heap", MB],
  ["the page's processes, private memory, MB", "look", "memory", MB],
];

function print(shops, found, rounds) {
  console.log(`\nOpening a checkout: ${rounds} of ${ROUNDS} rounds, ${NETWORK.downloadThroughput * 8 / 1e6} Mbit/s, ${NETWORK.latency} ms a request, processor ${CPU_SLOWDOWN} times slower; median (least–most), and times Groat's`);
  for (const { name, version, does } of shops) console.log(`  ${name}: ${version}; ${does}`);
  console.log(`\n| | ${shops.map(({ name }) => name).join(" | ")} |\n|---|${shops.map(() => "---:|").join("")}`);
  for (const [title, kind, mark, write] of ROWS) {
    const values = (name) => found.get(name).filter((one) => one.kind === kind).map((one) => one[mark]).filter((value) => value !== undefined);
    const ours = percentile(values(shops[0].name), 50);
    const cells = shops.map(({ name }, index) => {
      const all = values(name);
      if (all.length === 0) return "–";
      const middle = percentile(all, 50);
      const [least, most] = [write(Math.min(...all)), write(Math.max(...all))];
      const spread = least === most ? "" : ` (${least}–${most})`;
      return `${write(middle)}${spread}${index > 0 && ours > 0 ? ` ${(middle / ours).toFixed(1)}×` : ""}`;
    });
    console.log(`| ${title} | ${cells.join(" | ")} |`);
  }
}
