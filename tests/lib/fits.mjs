// What of a page's words can't be read: cut off, outside of the screen, or under something else. Runs in the page.

/** A line each. Boxes may meet by this much before they overlap, in CSS pixels. */
export function misfits(meet = 2) {
  const faults = [];
  const root = document.documentElement;
  if (root.scrollWidth > innerWidth) faults.push(`the page is ${root.scrollWidth - innerWidth} px wider than the screen`);

  const name = (element) => `<${element.tagName.toLowerCase()} class="${element.getAttribute("class") ?? ""}"> ${element.textContent.trim().slice(0, 40)}`;
  const shown = (element) => element.checkVisibility({ visibilityProperty: true }) && !element.closest(".unseen");

  // Every run of letters, with a box for each of its lines.
  const words = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode()); ) {
    const element = node.parentElement;
    if (!node.data.trim() || /^(SCRIPT|STYLE)$/.test(element.tagName) || !shown(element)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const box of range.getClientRects()) if (box.width > 0) words.push({ element, box });
  }
  if (words.length < 2) faults.push("there are no words on the page");

  const inside = (box, around) =>
    box.left >= around.left - meet && box.right <= around.right + meet && box.top >= around.top - meet && box.bottom <= around.bottom + meet;
  for (const { element, box } of words) {
    // A mark that is set on the edge of its button stands over it on purpose.
    const isOnEdge = getComputedStyle(element).position === "absolute";
    if (box.left < -meet || box.right > innerWidth + meet) faults.push(`outside of the screen: ${name(element)}`);
    for (let around = element; around && around !== root && around !== document.body; around = around.parentElement) {
      const clips = getComputedStyle(around).overflow !== "visible";
      if ((clips || (!isOnEdge && around.matches("button, .notice, .badge"))) && !inside(box, around.getBoundingClientRect())) faults.push(`cut off by ${name(around)}: ${name(element)}`);
    }
  }

  // Line boxes of one paragraph may touch; those of two must not, nor anything that is pressed or looked at. Of a button
  // without words only its picture is seen.
  const overlap = (one, other) => {
    const wide = Math.min(one.right, other.right) - Math.max(one.left, other.left);
    const high = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
    return wide > meet && high > meet;
  };
  const solid = [...document.querySelectorAll("button, a, svg, img, i, progress")].filter((element) => shown(element) && (!element.matches("button, a") || element.textContent.trim()));
  const things = solid.map((element) => ({ element, box: element.getBoundingClientRect() })).filter(({ box }) => box.width > 0);
  const related = (one, other) => one.contains(other) || other.contains(one);
  words.forEach((one, at) => {
    for (const other of [...words.slice(at + 1), ...things]) {
      if (one.element !== other.element && !related(one.element, other.element) && overlap(one.box, other.box)) {
        faults.push(`over each other: ${name(one.element)} and ${name(other.element)}`);
      }
    }
  });
  return [...new Set(faults)];
}
