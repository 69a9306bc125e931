// The checkout over the page. A dialog in the top layer, inside a shadow root under <html>: no z-index, transform or
// `!important` of the page reaches it, and the browser itself keeps focus in and the page behind inert.
import { addressOf, type Options, type Source } from "./address.js";
import { element, frame, page, shadow, type Detail } from "./frame.js";

let closeOpen: (() => void) | undefined;

/** Opens the checkout; resolves when it is closed, with the last status. A second one takes the place of the first. */
export function open(source: Source, options: Options, opener: Element = page): Promise<Pick<Detail, "invoice" | "status">> {
  return new Promise((resolve) => {
    const url = addressOf(source, options, "modal");
    closeOpen?.();
    const host = element("div", page);
    const dialog = element("dialog", shadow(host, ":host{all:initial!important}"), { ariaLabel: "Checkout", ariaModal: "true" });

    const { style } = page;
    const { overflow, scrollbarGutter } = style;
    const priority = style.getPropertyPriority("overflow");
    // The scroll bar's room stays, so that nothing behind moves.
    if (innerWidth > page.clientWidth) style.scrollbarGutter = "stable";
    style.setProperty("overflow", "hidden", "important");

    const close = () => {
      if (closeOpen !== close) return;
      closeOpen = undefined;
      checkout.stop();
      dialog.close();
      host.remove();
      style.setProperty("overflow", overflow, priority);
      style.scrollbarGutter = scrollbarGutter;
      // The dialog gives focus back by itself, but not where a click does not focus a button.
      (opener as HTMLElement).focus({ preventScroll: true });
      const { invoice, status } = checkout.fire("close");
      resolve({ invoice, status });
    };
    closeOpen = close;
    const checkout = frame(dialog, url, options, opener, close);
    // Escape, or the back gesture: the browser closes the dialog, the rest follows.
    dialog.onclose = close;
    dialog.showModal();
    checkout.fire("open");
  });
}
