// WalletConnect for the checkout's script: what the client has of the browser (a socket, a timer, the tab's storage), and its
// events as objects. The client in the Wasm decides; this carries out.
import init, { Connection } from "groat-glue";

/** Where the tab keeps what outlives a reload. */
const KEPT = "groat-walletconnect";
/** A longer pause would end at once. */
const PAUSE_MAX_MS = 2 ** 31 - 1;

let loading;

/** The tab's storage; a browser may refuse it inside of frames. Without it a reload begins anew. */
function storage(act) {
  try {
    return act(sessionStorage);
  } catch {
    return null;
  }
}

/**
 * A connection to a wallet. `wasm` is the module's address; `options` are relay_url, project_id, chains (CAIP-2) and
 * metadata {name, description, url, icon}. `listener` hears:
 * `{kind: "uri", uri}`, `{kind: "connected", accounts, wallet, link, asked}` (asked: the reference of the transaction that
 * waits in it, or null), `{kind: "sent", hash, chain, reference}`, `{kind: "alive"}`, `{kind: "restored"}`,
 * `{kind: "ended" | "failed", code, detail}`.
 * What an earlier page of this tab left off goes on with `resume()`. `stop()` ends this connection without leaving the
 * wallet: a later one goes on.
 */
export async function walletConnect(wasm, options, listener) {
  await (loading ??= init({ module_or_path: wasm }));
  const kept = storage((tab) => tab.getItem(KEPT));
  const connection = new Connection(JSON.stringify(options), kept ?? "");
  let socket, timer, isStopped;

  function close() {
    const old = socket;
    // Nothing more of a socket that is given up is told.
    socket = undefined;
    old?.close();
  }
  const acts = {
    open(address) {
      close();
      try {
        const opened = new WebSocket(address);
        const tell = (...input) => opened === socket && take(...input);
        opened.onopen = () => tell("opened");
        // It follows every error.
        opened.onclose = ({ code, reason }) => tell("closed", reason, code);
        opened.onmessage = ({ data }) => tell("frame", data);
        socket = opened;
      } catch {
        // No address. Told later: this is inside of a step.
        setTimeout(take, 0, "closed");
      }
    },
    close,
    // What a socket that is closing does not take is sent again once another is open.
    transmit: (frame) => socket?.readyState === 1 && socket.send(frame),
    keep: (text) => storage((tab) => tab.setItem(KEPT, text)),
    wake(after_ms) {
      clearTimeout(timer);
      timer = setTimeout(take, Math.min(after_ms, PAUSE_MAX_MS), "tick");
    },
    // Later: the page may answer with another input, and what it throws is its own.
    tell: (event) => queueMicrotask(() => listener(event)),
  };
  function take(kind, words = "", code = 0) {
    if (isStopped) return;
    for (const [act, value] of JSON.parse(connection.take(kind, words, code, Date.now()))) acts[act](value);
  }
  const woken = () => document.visibilityState === "visible" && take("woken");
  document.addEventListener("visibilitychange", woken);
  addEventListener("pageshow", woken);
  addEventListener("online", woken);

  const ask = (kind) => () => take(kind);
  return {
    resume: ask("resume"),
    connect: ask("connect"),
    ping: ask("ping"),
    disconnect: ask("disconnect"),
    // None of these holds the end of a line.
    sendTransaction: (chain, { to, value, data }, reference = "") =>
      take("send", [chain, to, value, data, reference].join("\n")),
    stop() {
      isStopped = true;
      clearTimeout(timer);
      close();
    },
  };
}
