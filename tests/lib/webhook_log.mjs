// The demo shop's log of webhooks, one JSON object a line, with each raw body.
import { readFileSync } from "node:fs";
import { Webhook } from "standardwebhooks";
import { demo } from "./demo.mjs";
import { until } from "./wait.mjs";

const entries = () => readFileSync(demo.webhook_log, "utf8").split("\n").filter(Boolean).map((line) => JSON.parse(line));

/** The webhook of that type about that invoice, once the shop has it; its signature is checked by the official library. */
export async function shopHeard(type, invoice) {
  const entry = await until(`the shop's webhook ${type}`, () => entries().find((entry) => entry.type === type && entry.body.data.invoice.id === invoice));
  new Webhook(demo.webhook_endpoint.secret).verify(entry.raw, entry.headers);
  return entry;
}
