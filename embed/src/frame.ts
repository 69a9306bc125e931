// The life of one frame, modal or inline: it is loaded, covered until it shows itself, given a channel, and listened to.
// Knows nothing of dialogs or elements, and reads nothing from the frame that protocol.ts did not let in.
import css from "./frame.css";
import type { Options } from "./address.js";
import { read } from "./protocol.js";
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
  /** Somebody looks at it: it gets a channel, and its events come from `opener`. `onClose` is called when it is closed. */
  open(opener: Element, onClose?: () => void): void;
  stop(): void;
}

// Taken now, so that a page which replaces them later can't break an open checkout.
const Channel = MessageChannel;
const Custom = CustomEvent;
export const later = setTimeout;

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

/** A checkout inside `root`, loaded at once and silent until it is opened. A modal one can be closed. */
export function frame(root: Node, url: string, options: Options, modal?: boolean): Frame {
  const edge = new URL(url).origin;
  const { invoice = null, reference = null, theme } = options;
  let detail: Detail = { invoice, status: null, reference };
  let paid: string | undefined;
  let timer: number;
  let iframe: HTMLIFrameElement | undefined;
  let port: MessagePort | undefined;
  let opener: Element | undefined;
  let ready: boolean | undefined;
  let onClose: (() => void) | undefined;

  const load = () => {
    leave(port);
    iframe?.remove();
    iframe = element("iframe", box, { title: "Checkout", allow: "clipboard-write", src: url });
    show("", "Opening the checkout…");
    timer = later(show, SILENCE_MS, "failed", "The checkout could not be reached.");
  };

  const box = element("section", root, { className: theme! });
  const cover = element("output", box);
  element("i", cover);
  const text = element("div", cover);
  const buttons = element("div", cover);
  const again = element("button", buttons, { textContent: "Try again", onclick: load });
  if (modal) element("button", buttons, { textContent: "Close", onclick: () => onClose!() });

  /** A page may have taken the opener away meanwhile: its listeners further up still hear of the payment. */
  const fire = (name: string) => {
    (opener!.isConnected ? opener! : page).dispatchEvent(
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

  const onPort = ({ data }: MessageEvent) => {
    const message: any = read(data);
    switch (message.type) {
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
        if (!modal) iframe!.style.height = message.height + "px";
        break;
      case "close":
        modal ? onClose!() : fire("close");
    }
  };

  /** Gives the frame a channel, as soon as it is there and looked at. */
  const meet = () => {
    if (!ready || !opener) return;
    if (modal) iframe!.focus();
    leave(port);
    const { port1, port2 } = new Channel();
    port = port1;
    port.onmessage = onPort;
    iframe!.contentWindow!.postMessage({ groat: 1, type: "port" }, edge, [port2]);
    join(port);
  };

  const onMessage = ({ origin, source, data }: MessageEvent) => {
    const { groat, type } = data ?? {};
    const isReady = type === "ready";
    if (origin !== edge || source !== iframe!.contentWindow || groat !== 1 || !(isReady || type === "shown")) return;
    clearTimeout(timer);
    cover.hidden = true;
    ready = isReady;
    // A page whose script never runs can't close itself: until `ready` Escape is ours, and so is a button, after a while.
    timer = ready ? 0 : later(show, SILENCE_MS, "shown");
    meet();
  };

  addEventListener("message", onMessage);
  load();
  return {
    fire,
    open(by, closed) {
      opener = by;
      onClose = closed;
      meet();
      fire("open");
    },
    stop() {
      removeEventListener("message", onMessage);
      clearTimeout(timer);
      leave(port);
      box.remove();
    },
  };
}
