// What a wallet remembers, in the browser's storage, so that a reload and the developer tools see the same.
// The tools write here too; `watch` tells the wallet of that.

export const MAINNET = "0x1";

// Taken before the page's own scripts may replace them.
const { parse: parseJson, stringify } = JSON;

/** The memory of the wallet called `id`; `account` and `local` stand until something else was chosen. */
export function settingsOf(id, account, local, localName) {
  const key = `wallet.${id}`;
  const initial = { account, connected: false, chain: local, chains: { [MAINNET]: "Ethereum", [local]: localName } };
  const read = () => {
    const kept = parse(localStorage.getItem(key));
    // Another local chain may have other accounts: what is kept counts only for this one.
    return kept?.local === local ? { ...initial, ...kept } : initial;
  };
  const write = (name, value) => localStorage.setItem(key, stringify({ ...read(), [name]: value, local }));
  const settings = {};
  for (const name of Object.keys(initial)) Object.defineProperty(settings, name, { get: () => read()[name], set: (value) => write(name, value) });
  return settings;
}

/** Calls `listener` when another page of the shop changed the memory of the wallet called `id`. */
export function watch(id, listener) {
  addEventListener("storage", ({ key, oldValue, newValue }) => {
    if (key === `wallet.${id}`) listener(parse(oldValue) ?? {}, parse(newValue) ?? {});
  });
}

function parse(text) {
  try {
    return parseJson(text);
  } catch {
    return null;
  }
}
