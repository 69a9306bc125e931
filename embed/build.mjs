// Builds groat.js: node embed/build.mjs --out DIR. Prints its size raw, gzip and brotli.
import { build, transform } from "esbuild";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { minify } from "terser";

const here = dirname(fileURLToPath(import.meta.url));

/** Stylesheets are imported as their minified text. */
const cssAsText = {
  name: "css-as-text",
  setup({ onLoad }) {
    onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await transform(await readFile(path, "utf8"), { loader: "css", minify: true, target: "safari16.4" });
      return { contents: code.trim(), loader: "text" };
    });
  },
};

/** Builds into `out` and answers the sizes in bytes. */
export async function buildLoader(out) {
  const outfile = join(out, "groat.js");
  await mkdir(out, { recursive: true });
  const { outputFiles } = await build({
    entryPoints: [join(here, "src/index.ts")],
    outfile,
    write: false,
    bundle: true,
    minify: true,
    format: "iife",
    target: "es2022",
    charset: "utf8",
    legalComments: "none",
    // Before any module runs: no window on a server, and a second copy of the tag leaves the first alone. Strict mode's
    // directive would stand between guard and function; nothing here leans on it.
    banner: { js: 'typeof window=="object"&&!window.Groat?.open&&' },
    tsconfigRaw: { compilerOptions: { alwaysStrict: false, useDefineForClassFields: true } },
    plugins: [cssAsText],
    logLevel: "warning",
  });
  // esbuild's own minifier does not pull functions into the one place that calls them: 3 % of the whole.
  const { code } = await minify(outputFiles[0].text, { ecma: 2022, compress: { passes: 6, hoist_funs: true } });
  await writeFile(outfile, code);
  const bytes = Buffer.from(code);
  return { raw: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length, br: brotliCompressSync(bytes).length };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { out: { type: "string" } } });
  if (!values.out) {
    console.error("usage: node embed/build.mjs --out DIR");
    process.exit(2);
  }
  const { raw, gzip, br } = await buildLoader(values.out);
  console.log(`groat.js: ${raw} bytes raw, ${gzip} gzip, ${br} brotli`);
}
