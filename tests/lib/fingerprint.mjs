// How a state looks, in a few hundred numbers: where each part of it stands, and what colours it has inside and along its
// rim. Small enough to be kept beside the code, coarse enough not to see how letters are drawn. Knows no state.
import { PNG } from "pngjs";

/** What a part may be off before it has moved, in CSS pixels. */
const MOVED_PX = 4;
/** What an averaged colour may be off, of 255. */
const COLOUR = 6;
/** Thinner than this there is no rim to speak of. */
const RIM_PX = 1;

/** Runs in the page: every part that is seen, in the order of the document. */
function partsOf() {
  const found = [];
  const visit = (element, around) => {
    if (!element.checkVisibility({ visibilityProperty: true }) || element.matches("script, style, .unseen")) return;
    const { left, top, width, height } = element.getBoundingClientRect();
    const box = [left + scrollX, top + scrollY, width, height].map(Math.round);
    const kind = [element.tagName.toLowerCase(), ...element.classList].join(".");
    // What fills its parent is no part of its own.
    const isPart = width >= 1 && height >= 1 && `${box}` !== `${around}`;
    if (isPart) found.push({ kind, box });
    if (!element.matches("svg, code")) for (const child of element.children) visit(child, isPart ? box : around);
  };
  for (const child of document.body.children) visit(child, []);
  return found;
}

/** The average colour of a box of a picture, or of its rim alone. */
function colour({ width, height, data }, [left, top, wide, high], isRim) {
  const sum = [0, 0, 0];
  let count = 0;
  const right = Math.min(left + wide, width) - 1;
  const bottom = Math.min(top + high, height) - 1;
  for (let y = Math.max(top, 0); y <= bottom; y += 1) {
    const isEdge = y < top + RIM_PX || y > bottom - RIM_PX;
    for (let x = Math.max(left, 0); x <= right; x += isRim && !isEdge && x < right ? Math.max(right - x, 1) : 1) {
      const at = (y * width + x) * 4;
      for (let channel = 0; channel < 3; channel += 1) sum[channel] += data[at + channel];
      count += 1;
    }
  }
  return sum.map((value) => Math.round(value / Math.max(count, 1)));
}

const hex = (colour) => colour.map((value) => value.toString(16).padStart(2, "0")).join("");
const unhex = (text) => text.match(/../g).map((pair) => Number.parseInt(pair, 16));

/** What is seen on a stage now: its parts, and the picture that they were read from. */
export async function look(stage) {
  const parts = await stage.page.evaluate(partsOf);
  const picture = PNG.sync.read(await stage.picture());
  return { picture, parts: parts.map(({ kind, box }) => ({ kind, box, inside: colour(picture, box, false), rim: colour(picture, box, true) })) };
}

/** A part as it is kept: `kind left top width height inside rim`. */
export const write = ({ kind, box, inside, rim }) => [kind, ...box, hex(inside), hex(rim)].join(" ");

export function read(line) {
  const [kind, left, top, width, height, inside, rim] = line.split(" ");
  return { kind, box: [left, top, width, height].map(Number), inside: unhex(inside), rim: unhex(rim) };
}

const distance = (one, other) => Math.max(...one.map((value, at) => Math.abs(value - other[at])));

/** How one part differs from what it was; nothing if it does not. */
function change(was, is) {
  const moved = ["left", "top", "width", "height"].flatMap((side, at) =>
    Math.abs(was.box[at] - is.box[at]) > MOVED_PX ? [`${side} ${was.box[at]} → ${is.box[at]}`] : []);
  const recoloured = ["inside", "rim"].flatMap((where) =>
    distance(was[where], is[where]) > COLOUR ? [`${where} #${hex(was[where])} → #${hex(is[where])}`] : []);
  const what = [...moved, ...recoloured];
  return what.length ? `${is.kind}: ${what.join(", ")}` : undefined;
}

/**
 * What is different, a line each, with the parts it is about: `{ text, was, is }`. The two lists are matched along their
 * longest common run of kinds, so that a part that came or went is named and the others are not.
 */
export function differences(before, now) {
  const rows = before.length + 1;
  const columns = now.length + 1;
  const common = Array.from({ length: rows }, () => new Uint16Array(columns));
  for (let row = before.length - 1; row >= 0; row -= 1) {
    for (let column = now.length - 1; column >= 0; column -= 1) {
      common[row][column] = before[row].kind === now[column].kind ? common[row + 1][column + 1] + 1 : Math.max(common[row + 1][column], common[row][column + 1]);
    }
  }
  const found = [];
  let [row, column] = [0, 0];
  while (row < before.length || column < now.length) {
    const [was, is] = [before[row], now[column]];
    if (was && is && was.kind === is.kind) {
      const text = change(was, is);
      if (text) found.push({ text, was, is });
      row += 1;
      column += 1;
    } else if (was && (!is || common[row + 1][column] >= common[row][column + 1])) {
      found.push({ text: `${was.kind} at ${was.box} is gone`, was });
      row += 1;
    } else {
      found.push({ text: `${is.kind} at ${is.box} is new`, is });
      column += 1;
    }
  }
  return found;
}
