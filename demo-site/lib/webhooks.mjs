// Receives webhooks as a seller's server does: verified with the official library, told apart by id, kept in a log.
import { appendFile, readFile, writeFile } from "node:fs/promises";
import { Webhook } from "standardwebhooks";

/** How many the panel is shown when it opens. */
const RECENT = 50;

export class Webhooks {
  #secret = "";
  #log;
  #attempts = new Map();
  #recent = [];
  #listeners = new Set();
  #paid = new Map();
  /** Answers `status` to the next `count` deliveries, as a shop in trouble would. */
  mode = { status: 200, count: 0 };

  /** The log is emptied for a new store, taken up for an old one. */
  async open(log, secret, fresh) {
    this.#log = log;
    this.#secret = secret;
    if (fresh) return writeFile(log, "");
    const text = await readFile(log, "utf8").catch((error) => {
      if (error.code === "ENOENT") return "";
      throw error;
    });
    for (const line of text.split("\n").filter(Boolean)) this.#remember(JSON.parse(line));
  }

  /** Takes in one delivery; answers the HTTP status to give. */
  async receive(headers, raw) {
    const id = headers["webhook-id"] ?? "";
    const problem = this.#check(headers, raw);
    const body = parse(raw);
    const answered = this.#answer(problem);
    const entry = {
      received_at: new Date().toISOString(),
      id,
      type: body?.type ?? null,
      verified: problem === null,
      problem,
      attempt: (this.#attempts.get(id) ?? 0) + 1,
      answered,
      headers,
      body,
      raw,
    };
    this.#remember(entry);
    await appendFile(this.#log, JSON.stringify(entry) + "\n");
    for (const tell of this.#listeners) tell(entry);
    return answered;
  }

  /** Null, or what is wrong with the signature. */
  #check(headers, raw) {
    try {
      new Webhook(this.#secret).verify(raw, headers);
      return null;
    } catch (error) {
      return error.message;
    }
  }

  #answer(problem) {
    if (this.mode.count > 0) {
      this.mode = { ...this.mode, count: this.mode.count - 1 };
      return this.mode.status;
    }
    return problem === null ? 204 : 401;
  }

  #remember(entry) {
    this.#attempts.set(entry.id, entry.attempt);
    this.#recent = [...this.#recent, entry].slice(-RECENT);
    // What was refused did not count: the sender will come again.
    const invoice = entry.body?.data?.invoice;
    if (entry.verified && entry.answered < 300 && entry.type === "invoice.paid" && invoice) this.#paid.set(invoice.id, invoice);
  }

  /** The invoice, if a verified webhook said that it is paid. */
  paid(invoice) {
    return this.#paid.get(invoice);
  }

  /** Tells `listener` what came lately and what comes from now on. Returns how to stop it. */
  follow(listener) {
    this.#recent.forEach(listener);
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

function parse(raw) {
  try {
    return JSON.parse(raw);
  } catch {
    return null;
  }
}
