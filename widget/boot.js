// The checkout's entry: loads the Wasm whose address the page names. The module starts itself.
import init from "groat-glue";

// One address in one place: the page preloads it, and this fetches it the same way, so that it comes once.
const link = document.getElementById("groat-wasm");
init({ module_or_path: link.href });
