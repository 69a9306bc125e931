// Makes the store, its products and its webhook endpoint through the public API, or takes up what an earlier run made.
// Writes demo.json, which scripts read; keys in it that are not ours stay as they are.
import { randomBytes } from "node:crypto";
import { readFile, rename, writeFile } from "node:fs/promises";
import { CATALOGUE, STORE_NAME, TIPS } from "./catalogue.mjs";
import { EdgeError, edgeClient } from "./edge.mjs";

export async function readJson(path, otherwise) {
  try {
    return JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    if (error.code === "ENOENT" && otherwise !== undefined) return otherwise;
    throw new Error(`cannot read ${path}: ${error.message}`);
  }
}

/** The test assets of a local chain, by the file that contracts/deploy.mjs printed. */
export function assetsOf(addresses) {
  const local = addresses.local_chain;
  const chain = `eip155:${local.chain_id}`;
  const coin = { asset: `${chain}/slip44:60`, symbol: "ETH", name: "Ether", decimals: 18, address: null };
  const tokens = Object.values(local.tokens).map(({ address, symbol, name, decimals }) => ({
    asset: `${chain}/erc20:${address}`,
    symbol,
    name,
    decimals,
    address,
  }));
  return { chain, chainId: local.chain_id, assets: [coin, ...tokens], exchangePayer: local.exchange_payer };
}

/**
 * Steps: (1) the store, made or taken up; (2) its settings; (3) its products; (4) its webhook endpoint; (5) demo.json.
 * Returns what was written, and `fresh`: true if the store is a new one.
 */
export async function setUp({ out, shop, edge, rpc, operatorToken, chain, assets, payout, webhookLog }) {
  const earlier = await readJson(out, {});

  // (1)
  const store = (await takeUp(edge, earlier)) ?? (await makeStore(edge, operatorToken));
  const call = edgeClient(edge, store.sk);

  // (2)
  const { hostname, port } = new URL(shop);
  const also = hostname === "localhost" ? "127.0.0.1" : "localhost";
  const settings = await call("PATCH", "/v1/store", {
    payout_addresses: { eip155: payout },
    assets: assets.map(({ asset }) => asset),
    allowed_origins: [shop, `http://${also}:${port}`],
    open_amounts: TIPS,
  });
  // Written down as the edge writes them, so that they compare as text.
  const known = assets.map((asset) => ({ ...asset, asset: settings.assets.find((id) => id.toLowerCase() === asset.asset.toLowerCase()) }));

  // (3)
  const kept = store.fresh ? [] : earlier.products ?? [];
  const products = [];
  for (const item of CATALOGUE) {
    const known = kept.find(({ slug }) => slug === item.slug);
    const secret = known?.download ?? randomBytes(16).toString("hex");
    const { slug, name, description, price } = item;
    const body = { name, description, price, delivery: { url: `${shop}/downloads/${secret}` } };
    const { id } = await putProduct(call, known?.id, body);
    products.push({ slug, id, name, price, download: secret });
  }

  // (4)
  const url = `${shop}/webhooks`;
  const endpoint = store.fresh ? undefined : earlier.webhook_endpoint;
  const webhook_endpoint = endpoint?.url === url ? endpoint : await makeEndpoint(call, url, endpoint);

  // (5)
  const written = {
    ...earlier,
    shop, edge, rpc, chain,
    pk: store.pk, sk: store.sk, operator_token: operatorToken,
    products, assets: known, webhook_log: webhookLog, webhook_endpoint, payout_address: payout,
  };
  await writeFile(`${out}.new`, JSON.stringify(written, null, 2) + "\n");
  await rename(`${out}.new`, out);
  return { ...written, fresh: store.fresh };
}

/** The store of an earlier run, if this edge still knows its secret key. */
async function takeUp(edge, { edge: before, pk, sk }) {
  if (before !== edge || !pk || !sk) return undefined;
  try {
    await edgeClient(edge, sk)("GET", "/v1/store");
    return { pk, sk, fresh: false };
  } catch (error) {
    if (error instanceof EdgeError && [401, 403, 404].includes(error.status)) return undefined;
    throw error;
  }
}

async function makeStore(edge, operatorToken) {
  const { public_key: pk, secret_key: sk } = await edgeClient(edge, operatorToken)("POST", "/v1/stores", { name: STORE_NAME });
  return { pk, sk, fresh: true };
}

async function putProduct(call, id, body) {
  if (id) {
    try {
      return await call("PATCH", `/v1/products/${id}`, body);
    } catch (error) {
      if (!(error instanceof EdgeError && error.status === 404)) throw error;
    }
  }
  return call("POST", "/v1/products", body);
}

async function makeEndpoint(call, url, replaced) {
  if (replaced?.id) {
    await call("DELETE", `/v1/webhook_endpoints/${replaced.id}`).catch((error) => {
      if (!(error instanceof EdgeError && error.status === 404)) throw error;
    });
  }
  const { id, secret } = await call("POST", "/v1/webhook_endpoints", { url });
  return { id, url, secret };
}
