// groat.js: the one script a seller pastes. Finds its own tag, listens for clicks on openers, defines the inline element
// and `window.Groat`. Fetches ahead where there is a button; changes nothing that can be seen until a checkout is asked for.
// build.mjs puts a guard before all of it: on a server, or as the second copy of the tag, nothing here runs.
import { optionsOf, type Options } from "./address.js";
import { later } from "./frame.js";
import { define } from "./inline.js";
import { load, open } from "./modal.js";
import { listen } from "./wallets.js";

const OPENER = "[data-groat-product],[data-groat-invoice],[data-groat-amount]";

/** How long after a button came into view its checkout is loaded ahead, in milliseconds: who has left by then asks for nothing. */
const DWELL_MS = 1e3;

function start(): void {
  const script = (document.currentScript ?? document.querySelector('script[data-key][src*="groat.js"]')) as HTMLScriptElement | null;
  if (!script?.src) return;
  const source = { edge: new URL(script.src).origin, key: script.dataset.key };

  listen();
  define(source);
  Object.defineProperty(window, "Groat", { value: { open: (options?: Options) => open(source, options) } });
  addEventListener("load", () => {
    const first = document.querySelector(OPENER);
    first &&
      new IntersectionObserver(([entry]) => entry!.isIntersecting && later(load, DWELL_MS, source, optionsOf(first, "data-groat-"))).observe(first);
  });
  // Capturing, on the document: elements that come later count too, and a card that stops clicks can't break its button.
  for (const type of ["pointerover", "focusin", "click"])
    addEventListener(
      type,
      (event: any) => {
        const opener = event.composedPath().find((node: Element) => node.matches?.(OPENER)) as Element | undefined;
        // A link that is also an opener may still be opened in a new tab.
        if (!opener || event.ctrlKey || event.metaKey || event.shiftKey) return;
        const options = optionsOf(opener, "data-groat-");
        if (type === "click") {
          event.preventDefault();
          open(source, options, opener);
        } else load(source, options);
      },
      true,
    );
}

start();
