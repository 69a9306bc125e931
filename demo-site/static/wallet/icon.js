// A wallet's icon: a folded note, in a colour of its own.

const COLOURS = { "Groat Test Wallet": "#5b34d6", "Second Test Wallet": "#0b7a4b" };

const draw = (colour) =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96"><rect width="96" height="96" rx="24" fill="${colour}"/>` +
  `<path d="M20 34h56v36H20z" fill="#fff"/><path d="M20 34l28 22 28-22" fill="none" stroke="${colour}" stroke-width="5"/>` +
  `<circle cx="66" cy="66" r="12" fill="#ffc629" stroke="${colour}" stroke-width="5"/></svg>`;

/** A data: URI, as EIP-6963 asks for. */
export const icon = (name) => `data:image/svg+xml,${encodeURIComponent(draw(COLOURS[name]))}`;

/** The same as an element: a page's policy may forbid data: images. */
export function drawn(name) {
  const { documentElement } = new DOMParser().parseFromString(draw(COLOURS[name]), "image/svg+xml");
  documentElement.setAttribute("aria-hidden", "true");
  return document.importNode(documentElement, true);
}
