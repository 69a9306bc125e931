// The checkout over the page. A dialog in the top layer, inside a shadow root under <html>: no z-index, transform or
// `!important` of the page reaches it, and the browser itself keeps focus in and the page behind inert.
import { addressOf, type Options, type Source } from "./address.js";
import { element, frame, later, page, shadow, style, type Detail } from "./frame.js";

/** How long a checkout that nobody opened is kept, in milliseconds: after that its prices are old. */
const AHEAD_MS = 12e4;

type Dialog = ReturnType<typeof dialogOf>;

/** A checkout that is there and not shown: whoever sees a button, or points at it, may press it. */
let ahead: Dialog | undefined;
let closeOpen: (() => void) | undefined;

function dialogOf(url: string, options: Options) {
  const host = element("div", page);
  const dialog = element("dialog", shadow(host, ":host{all:initial!important}"), { title: "Checkout" });
  const checkout = frame(dialog, url, options, true);
  const stop = () => {
    checkout.stop();
    host.remove();
  };
  return { url, dialog, checkout, stop };
}

function forget(): void {
  ahead?.stop();
  ahead = undefined;
}

/** Loads the checkout that may be opened next where nobody sees it, one at a time. What all checkouts share comes with it. */
export function load(source: Source, options: Options): void {
  const url = addressOf(source, options, "modal");
  if (closeOpen || ahead?.url === url) return;
  forget();
  ahead = dialogOf(url, options);
  // Some later one may go sooner by this: then it is loaded when it is opened.
  later(forget, AHEAD_MS);
}

/** Opens the checkout; resolves when it is closed, with the last status. A second one takes the place of the first. */
export function open(source: Source, options: Options = {}, opener: Element = page): Promise<Pick<Detail, "invoice" | "status">> {
  return new Promise((resolve) => {
    const url = addressOf(source, options, "modal");
    closeOpen?.();
    if (ahead?.url !== url) forget();
    const { dialog, checkout, stop } = ahead ?? dialogOf(url, options);
    ahead = undefined;

    // The page behind stands still. The scroll bar's room stays, so that nothing moves.
    const lock = style(document, `html{overflow:hidden!important${innerWidth > page.clientWidth ? ";scrollbar-gutter:stable" : ""}}`);

    const close = () => {
      lock.disabled = true;
      stop();
      // The dialog gives focus back by itself, but not where a click does not focus a button.
      (opener as HTMLElement).focus({ preventScroll: true });
      // Not before: focus that comes back is nobody's wish to open it again.
      closeOpen = undefined;
      const { invoice, status } = checkout.fire("close");
      resolve({ invoice, status });
    };
    // Escape, or the back gesture: the browser closes the dialog, the rest follows.
    dialog.onclose = closeOpen = close;
    dialog.showModal();
    checkout.open(opener, close);
  });
}
