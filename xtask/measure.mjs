// Prints, for each file named, its content hash and its size raw, gzip and brotli, as one JSON list.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const measured = process.argv.slice(2).map((file) => {
  const bytes = readFileSync(file);
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } };
  return {
    // 64 bits name a handful of files; the whole digest would only lengthen the page.
    hash: createHash("sha256").update(bytes).digest("hex").slice(0, 16),
    raw: bytes.length,
    gzip: gzipSync(bytes, { level: 9 }).length,
    br: brotliCompressSync(bytes, quality).length,
  };
});
console.log(JSON.stringify(measured));
