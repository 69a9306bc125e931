// Reads a QR code as a phone's camera would: from the picture of a screen, with a decoder that is not ours.
import jsQR from "jsqr";
import { PNG } from "pngjs";

/** The text of the QR code somewhere in a PNG, or undefined. */
export function decode(png) {
  const { width, height, data } = PNG.sync.read(png);
  return jsQR(new Uint8ClampedArray(data), width, height)?.data;
}
