// Small helpers of the shop's server: bodies, answers, files, headers. No routes.
import { readFile } from "node:fs/promises";
import { extname, join } from "node:path";

/** A webhook carries one invoice; nothing that the shop takes in is larger. */
const BODY_BYTES_MAX = 256 * 1024;

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
};

export class TooLarge extends Error {}

export async function readBody(request) {
  const parts = [];
  let size = 0;
  for await (const part of request) {
    size += part.length;
    if (size > BODY_BYTES_MAX) throw new TooLarge();
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}

export function json(response, status, value) {
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
  response.end(JSON.stringify(value));
}

/** A file below `folder`, or 404. `path` is an URL's, which the URL parser has already freed of dots. */
export async function file(response, folder, path) {
  const type = TYPES[extname(path)];
  const bytes = type && /^[\w./-]+$/.test(path) && !path.includes("..") && (await readFile(join(folder, path)).catch(() => undefined));
  if (!bytes) return json(response, 404, { error: "nothing here" });
  response.writeHead(200, { "content-type": type, "cache-control": "no-cache" });
  response.end(bytes);
}

/** `template` with each `{{name}}` replaced. A name without a value is a mistake of ours. */
export function fill(template, values) {
  return template.replace(/\{\{(\w+)\}\}/g, (_, name) => {
    if (!(name in values)) throw new Error(`a page asks for ${name}, which is not there`);
    return escape(String(values[name]));
  });
}

const escape = (text) => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

/**
 * The headers of an ordinary careful shop. `edge` is the one other origin that may bring a script, a style or a frame; the page with
 * the developer tools stands in a frame of the shop's own.
 */
export function pageHeaders(edge) {
  const policy = [
    "default-src 'self'",
    `script-src 'self' ${edge}`,
    `frame-src 'self' ${edge}`,
    `style-src 'self' ${edge}`,
    "img-src 'self' data:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'self'",
  ];
  return {
    "content-type": TYPES[".html"],
    "cache-control": "no-store",
    "content-security-policy": policy.join("; "),
    "x-content-type-options": "nosniff",
    "referrer-policy": "strict-origin-when-cross-origin",
  };
}

/** The strictest policy that a shop can have: own files, and the edge for one script and one frame. */
export const strictHeaders = (edge) => ({
  "content-type": TYPES[".html"],
  "cache-control": "no-store",
  "content-security-policy": `default-src 'self'; script-src 'self' ${edge}; frame-src ${edge}`,
});
