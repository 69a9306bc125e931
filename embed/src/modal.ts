// The checkout over the page. A dialog in the top layer, inside a shadow root under <html>: no z-index, transform or
// `!important` of the page reaches it, and the browser itself keeps focus in and the page behind inert.
import { addressOf, type Options, type Source } from "./address.js";
import { element, frame, page, shadow, style, type Detail } from "./frame.js";

let closeOpen: (() => void) | undefined;

/** Opens the checkout; resolves when it is closed, with the last status. A second one takes the place of the first. */
export function open(source: Source, options: Options, opener: Element = page): Promise<Pick<Detail, "invoice" | "status">> {
  return new Promise((resolve) => {
    const url = addressOf(source, options, "modal");
    closeOpen?.();
    const host = element("div", page);
    const dialog = element("dialog", shadow(host, ":host{all:initial!important}"), { ariaLabel: "Checkout" });

    // The page behind stands still. The scroll bar's room stays, so that nothing moves.
    const lock = style(document, `html{overflow:hidden!important${innerWidth > page.clientWidth ? ";scrollbar-gutter:stable" : ""}}`);

    const close = () => {
      closeOpen = undefined;
      checkout.stop();
      host.remove();
      lock.disabled = true;
      // The dialog gives focus back by itself, but not where a click does not focus a button.
      (opener as HTMLElement).focus({ preventScroll: true });
      const { invoice, status } = checkout.fire("close");
      resolve({ invoice, status });
    };
    // Escape, or the back gesture: the browser closes the dialog, the rest follows.
    dialog.onclose = closeOpen = close;
    const checkout = frame(dialog, url, options, opener, close);
    dialog.showModal();
    checkout.fire("open");
  });
}
