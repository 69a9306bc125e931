// What a screen reader has of a page: the accessibility tree as Chromium gives it, and what would be said, in its order.
// Knows no state of the checkout.

/** Roles of what can be operated: each must say what it is. */
const OPERATED = new Set(["button", "link", "switch", "textbox", "checkbox", "combobox", "radio", "img", "image", "progressbar", "timer", "region", "dialog", "Iframe"]);

/**
 * Runs in every frame before its scripts: keeps what is said in `window.spoken`. That is what a live region comes to hold,
 * and what gets focus; a screen reader says nothing else by itself.
 */
export function listenToSpeech() {
  window.spoken = [];
  const live = new Map();
  const isLive = (element) => element.closest("[aria-live]:not([aria-live=off]), [role=status], [role=alert], [role=log], output");
  const look = () => {
    for (const element of document.querySelectorAll("[aria-live]:not([aria-live=off]), [role=status], [role=alert], [role=log], output")) {
      const text = element.textContent.trim();
      if (live.get(element) !== text && live.has(element) && text) window.spoken.push({ how: "live", text });
      live.set(element, text);
    }
  };
  const start = () => {
    look();
    new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true });
  };
  if (document.documentElement) start();
  else document.addEventListener("readystatechange", start, { once: true });
  addEventListener("focusin", ({ target }) => {
    // What is said first comes first.
    look();
    if (!isLive(target)) window.spoken.push({ how: "focus", text: (target.getAttribute("aria-label") ?? target.textContent).trim(), isHeading: /^H\d$/.test(target.tagName) });
  }, true);
}

/** The tree of one frame, flat: `{ role, name, value, live, level, … }` for each node that is not passed over. */
export async function tree(page, url = page.url()) {
  const session = await page.context().newCDPSession(page);
  const { frameTree } = await session.send("Page.getFrameTree");
  const all = (at) => [at.frame, ...(at.childFrames ?? []).flatMap(all)];
  const frame = all(frameTree).find((frame) => frame.url === url);
  const { nodes } = await session.send("Accessibility.getFullAXTree", { frameId: frame.id });
  await session.detach();
  return nodes.filter(({ ignored }) => !ignored).map(({ role, name, value, properties = [] }) => ({
    role: role.value, name: name?.value ?? "", value: value?.value,
    ...Object.fromEntries(properties.map(({ name, value }) => [name, value.value])),
  }));
}

/** What of a tree says nothing to whoever can't see it. */
export function nameless(nodes) {
  return nodes.filter(({ role, name }) => OPERATED.has(role) && !name.trim()).map((node) => JSON.stringify(node));
}
