// Fetches ahead what a checkout will need: hidden, in a frame of the edge, since browsers keep the files of each pair of
// page and frame apart. Says nothing to the page and hears nothing from the frame.
import { element, page } from "./frame.js";

let frame: HTMLIFrameElement | undefined;

/** Once a checkout is there, nothing more is needed of it. */
export const cool = () => frame?.remove();

export function warm(src: string): void {
  if (frame?.src === src) return;
  // A new frame each time: one that is sent elsewhere would leave a step in the page's history.
  cool();
  frame = element("iframe", page, { src });
  frame.style.cssText = "display:none!important";
}
