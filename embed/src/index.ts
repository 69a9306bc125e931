// groat.js: the one script a seller pastes. Finds its own tag, listens for clicks on openers, defines the inline element
// and `window.Groat`. Loads nothing and changes nothing in the page until a checkout is asked for.
// build.mjs puts a guard before all of it: on a server, or as the second copy of the tag, nothing here runs.
import { optionsOf, type Options } from "./address.js";
import { define } from "./inline.js";
import { open } from "./modal.js";
import { listen } from "./wallets.js";

const OPENER = "[data-groat-product],[data-groat-invoice],[data-groat-amount]";

function start(): void {
  const script = (document.currentScript ?? document.querySelector('script[data-key][src*="groat.js"]')) as HTMLScriptElement | null;
  if (!script?.src) return;
  const source = { edge: new URL(script.src).origin, key: script.dataset.key };

  listen();
  define(source);
  Object.defineProperty(window, "Groat", { value: { open: (options: Options) => open(source, options ?? {}) } });
  // Capturing, on the document: elements that come later count too, and a card that stops clicks can't break its button.
  addEventListener(
    "click",
    (event) => {
      const opener = event.composedPath().find((node) => (node as Element).matches?.(OPENER)) as Element | undefined;
      // A link that is also an opener may still be opened in a new tab.
      if (!opener || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      open(source, optionsOf(opener, "data-groat-"), opener);
    },
    true,
  );
}

start();
