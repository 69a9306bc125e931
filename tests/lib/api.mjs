// The HTTP API as a stranger with a key calls it, and stores made for one test. Knows no internals of the edge.
import assert from "node:assert/strict";
import { asset, demo } from "./demo.mjs";
import { until } from "./wait.mjs";

/** How long one call may take, in milliseconds. */
const CALL_MS = 30_000;

/** Calls of `edge` with `key` (none: a stranger). A body that is a string is sent as it is. */
export function caller(edge = demo.edge, key = undefined) {
  return async (method, path, body, headers = {}) => {
    const response = await fetch(edge + path, {
      method,
      headers: {
        ...(key && { authorization: `Bearer ${key}` }),
        ...(body !== undefined && { "content-type": "application/json" }),
        ...headers,
      },
      body: body === undefined || typeof body === "string" ? body : JSON.stringify(body),
      redirect: "manual",
      signal: AbortSignal.timeout(CALL_MS),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: parsed(text) };
  };
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The body of an answer that must be a success. */
export async function ok(answer) {
  const { status, body, text } = await answer;
  assert.ok(status >= 200 && status < 300, `answered ${status}: ${text}`);
  return body;
}

/** Checks a refusal: problem details with this code, one status everywhere, and an id for the log. */
export function assertProblem(answer, status, code, param) {
  const { body, headers, text } = answer;
  assert.equal(answer.status, status, text);
  assert.match(headers.get("content-type") ?? "", /^application\/problem\+json/);
  assert.equal(body.code, code, text);
  assert.equal(body.status, status, text);
  assert.match(body.type, new RegExp(`/${code}$`));
  assert.ok(body.title.length > 0 && body.detail.length > 0, text);
  assert.match(body.request_id, /^req_\w{8,}$/);
  assert.equal(headers.get("x-request-id"), body.request_id);
  if (param !== undefined) assert.equal(body.param, param, text);
}

/** The settings of a store that can be paid on the local chain. */
const settings = (payout) => ({
  payout_addresses: { eip155: payout },
  assets: ["USDC", "ETH", "USDT", "DAI"].map(asset),
});

/** A new store of its own, ready to be paid. `sell` makes a product, `bill` an invoice, `read` reads one. */
export async function newStore({ edge = demo.edge, operator = demo.operator_token, name = "Test store", ...more } = {}) {
  const { id, public_key: pk, secret_key: sk } = await ok(caller(edge, operator)("POST", "/v1/stores", { name }));
  const call = caller(edge, sk);
  await ok(call("PATCH", "/v1/store", { ...settings(demo.payout_address), ...more }));
  return {
    id, pk, sk, edge, call,
    page: caller(edge, pk),
    sell: (price, extra = {}) => ok(call("POST", "/v1/products", { name: "Thing", price, ...extra })),
    bill: (body) => ok(call("POST", "/v1/invoices", body)),
    read: (invoice) => ok(call("GET", `/v1/invoices/${invoice}`)),
    /** The invoice, once it has that status. */
    reaches: (invoice, status, limit_ms) =>
      until(`${invoice} ${status}`, async () => {
        const snapshot = await ok(call("GET", `/v1/invoices/${invoice}`));
        return snapshot.status === status && snapshot;
      }, limit_ms),
  };
}

/** Five dollars. */
export const FIVE = { amount: "5.00", currency: "USD" };
