// The checkout's entry: loads the Wasm and the texts of the page's language, whose addresses the page names, side by side.
// Where either can't be had, the page stays what the edge printed: its forms work without any of this.
import init, { open } from "groat-glue";

// One address in one place: the page preloads each, and this fetches it the same way, so that it comes once.
const at = (id) => document.getElementById(id).href;

const texts = async () => {
  const answer = await fetch(at("groat-text"));
  if (!answer.ok) throw Error("no texts");
  return answer.text();
};

// A press while the Wasm is on its way waits for it: another page in between would take longer. But not for ever.
const HOLD_MS = 1500;
let held;
const hold = (event) => {
  event.preventDefault();
  held ??= event.submitter;
  held.ariaBusy = true;
};
const go = () => {
  clearTimeout(timer);
  removeEventListener("submit", hold);
  // Taken over or not: the same button is there, and does the same.
  if (held) document.querySelector(`[value="${held.value}"]`)?.click();
};
addEventListener("submit", hold);
const timer = setTimeout(go, HOLD_MS);

try {
  // Once more for a connection that broke: without its texts the checkout says nothing.
  const [read] = await Promise.all([texts().catch(texts), init({ module_or_path: at("groat-wasm") })]);
  open(read);
} finally {
  go();
}
