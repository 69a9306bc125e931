// Pictures for whoever must find out why a state looks different: what was expected, drawn from its fingerprint; what is
// there; and what is there with the differences framed.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PNG } from "pngjs";

/** What was, and what is. */
const WAS = [40, 90, 255];
const IS = [255, 30, 30];
const FRAME_PX = 2;

/** Paints a box, or only its frame. */
function paint(picture, [left, top, wide, high], colour, frame = Infinity) {
  for (let y = Math.max(top, 0); y < Math.min(top + high, picture.height); y += 1) {
    for (let x = Math.max(left, 0); x < Math.min(left + wide, picture.width); x += 1) {
      const depth = Math.min(x - left, y - top, left + wide - 1 - x, top + high - 1 - y);
      if (depth < frame) picture.data.set([...colour, 255], (y * picture.width + x) * 4);
    }
  }
}

function canvas(parts) {
  const extent = (at) => Math.max(...parts.map(({ box }) => box[at] + box[at + 2]), 1);
  const picture = new PNG({ width: extent(0), height: extent(1) });
  picture.data.fill(255);
  return picture;
}

/** Writes `<name>.expected.png`, `<name>.actual.png` and `<name>.difference.png`; answers the folder. */
export function sketch(folder, name, expected, { picture, parts }, found) {
  mkdirSync(folder, { recursive: true });
  const drawn = canvas(expected.length ? expected : parts);
  for (const { box, inside, rim } of expected) {
    paint(drawn, box, inside);
    paint(drawn, box, rim, 1);
  }
  const framed = new PNG({ width: picture.width, height: picture.height });
  picture.data.copy(framed.data);
  for (const { was, is } of found) {
    if (was) paint(framed, was.box, WAS, FRAME_PX);
    if (is) paint(framed, is.box, IS, FRAME_PX);
  }
  for (const [what, image] of Object.entries({ expected: drawn, actual: picture, difference: framed })) {
    writeFileSync(join(folder, `${name}.${what}.png`), PNG.sync.write(image));
  }
  return folder;
}
