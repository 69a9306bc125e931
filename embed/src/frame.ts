// The life of one frame, modal or inline: it is loaded, covered until it shows itself, given a channel, and listened to.
// Knows nothing of dialogs or elements, and reads nothing from the frame that protocol.ts did not let in.
import css from "./frame.css";
import type { Options } from "./address.js";
import { read } from "./protocol.js";
import { cool } from "./warm.js";
import { join, leave, serve } from "./wallets.js";

/** How long a frame may stay silent before the buyer is told, in milliseconds. */
const SILENCE_MS = 8000;

export interface Detail {
  invoice: string | null;
  status: string | null;
  reference: string | null;
}

export interface Frame {
  /** Dispatches `groat:{name}` from the opener, and answers the detail it went with. */
  fire(name: string): Detail;
  stop(): void;
}

// Taken now, so that a page which replaces them later can't break an open checkout.
const Channel = MessageChannel;
const Custom = CustomEvent;
const later = setTimeout;

export const page = document.documentElement;

export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  parent: Node,
  properties?: Partial<HTMLElementTagNameMap[K]>,
): HTMLElementTagNameMap[K] {
  return parent.appendChild(Object.assign(document.createElement(name), properties));
}

/** Styles in the way that a strict Content-Security-Policy allows. */
export function style(root: DocumentOrShadowRoot, rules: string): CSSStyleSheet {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(rules);
  root.adoptedStyleSheets.push(sheet);
  return sheet;
}

/** A shadow root with the loader's styles and one rule more. */
export function shadow(host: Element, rule: string): ShadowRoot {
  const root = host.attachShadow({ mode: "open" });
  style(root, css + rule);
  return root;
}

/**
 * A checkout inside `root`, whose `groat:` events come from `opener`. `onClose` is called when the buyer closed it;
 * without it the frame can't be closed (inline).
 */
export function frame(root: Node, url: string, options: Options, opener: Element, onClose?: () => void): Frame {
  const edge = new URL(url).origin;
  const { invoice = null, reference = null, theme } = options;
  let detail: Detail = { invoice, status: null, reference };
  let paid: string | undefined;
  let timer: number;
  let iframe: HTMLIFrameElement | undefined;
  let port: MessagePort | undefined;

  const box = element("div", root, { className: "box " + theme });
  const cover = element("output", box);
  element("i", cover);
  const text = element("div", cover);
  const buttons = element("div", cover);
  const again = element("button", buttons, { textContent: "Try again", onclick: () => load() });
  if (onClose) element("button", buttons, { textContent: "Close", onclick: onClose });

  /** A page may have taken the opener away meanwhile: its listeners further up still hear of the payment. */
  const fire = (name: string) => {
    (opener.isConnected ? opener : page).dispatchEvent(
      new Custom("groat:" + name, { bubbles: true, composed: true, detail: { ...detail } }),
    );
    return detail;
  };

  const show = (className: string, message?: string) => {
    cover.className = className;
    again.hidden = className !== "failed";
    text.textContent = message!;
    cover.hidden = false;
  };

  const load = () => {
    leave(port);
    iframe?.remove();
    iframe = element("iframe", box, { title: "Checkout", allow: "clipboard-write", src: url });
    show("", "Opening the checkout…");
    timer = later(show, SILENCE_MS, "failed", "The checkout could not be reached.");
  };

  const onPort = ({ data }: MessageEvent) => {
    const message = read(data);
    switch (message?.type) {
      case "request":
        serve(port!, message);
        break;
      case "status": {
        const { invoice, status, reference } = message;
        detail = { invoice, status, reference };
        fire("status");
        if (status === "paid" && paid !== invoice) {
          paid = invoice;
          fire("paid");
        }
        break;
      }
      case "resize":
        if (!onClose) iframe!.style.height = message.height + "px";
        break;
      case "close":
        onClose ? onClose() : fire("close");
    }
  };

  const onMessage = ({ origin, source, data }: MessageEvent) => {
    const window = iframe!.contentWindow!;
    const { groat, type } = data ?? {};
    const ready = type === "ready";
    if (origin !== edge || source !== window || groat !== 1 || !(ready || type === "shown")) return;
    clearTimeout(timer);
    cover.hidden = true;
    if (!ready) {
      // A page whose script never runs can't close itself: until `ready` Escape is ours, and so is a button, after a while.
      timer = later(show, SILENCE_MS, "shown");
      return;
    }
    cool();
    if (onClose) iframe!.focus();
    leave(port);
    const { port1, port2 } = new Channel();
    port = port1;
    port.onmessage = onPort;
    window.postMessage({ groat: 1, type: "port" }, edge, [port2]);
    join(port);
  };

  addEventListener("message", onMessage);
  load();
  return {
    fire,
    stop() {
      removeEventListener("message", onMessage);
      clearTimeout(timer);
      leave(port);
      box.remove();
    },
  };
}
