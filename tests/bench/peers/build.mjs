// Builds a peer's page from its entry as a shop would: esbuild in production, minified, in pieces where the peer loads lazily.
import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const HERE = dirname(fileURLToPath(import.meta.url));

/** Packages that some peers can do without, and ask for all the same: bundlers are told to leave them out. */
const OPTIONAL = {
  name: "optional",
  setup(building) {
    building.onResolve({ filter: /^[^./]/ }, async ({ path, pluginData, ...from }) => {
      if (pluginData === "asked" || /^https?:/.test(path)) return undefined;
      const found = await building.resolve(path, { ...from, pluginData: "asked" });
      // Left to esbuild: what is there, and what a package says to leave out for browsers.
      if (found.errors.length === 0 && !found.external) return undefined;
      return { path, namespace: "absent" };
    });
    building.onLoad({ filter: /.*/, namespace: "absent" }, ({ path }) => ({ contents: `throw new Error(${JSON.stringify(`${path} is not installed`)})` }));
  },
};

/** Writes the built page into `out`; answers how large its pieces are. Throws where the entry does not build. */
export async function buildPeer(name, out) {
  const folder = join(HERE, name);
  const entry = ["entry.jsx", "entry.js"].map((file) => join(folder, file)).find((file) => existsSync(file));
  if (!entry) throw new Error(`${name} has no entry`);
  await rm(out, { recursive: true, force: true });
  await mkdir(join(out, "assets"), { recursive: true });
  const result = await build({
    absWorkingDir: folder,
    entryPoints: { entry },
    outdir: join(out, "assets"),
    nodePaths: [join(folder, "node_modules")],
    bundle: true,
    minify: true,
    splitting: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    jsx: "automatic",
    entryNames: "[name]-[hash]",
    chunkNames: "[name]-[hash]",
    assetNames: "[name]-[hash]",
    define: { "process.env.NODE_ENV": '"production"', global: "globalThis" },
    loader: { ".woff": "file", ".woff2": "file", ".ttf": "file", ".png": "file", ".jpg": "file", ".svg": "file", ".webp": "file" },
    legalComments: "none",
    charset: "utf8",
    metafile: true,
    logLevel: "error",
    plugins: [OPTIONAL],
  });
  const { outputs, inputs } = result.metafile;
  // What is imported later has an entry point as well: ours is the one that is called so.
  const main = Object.keys(outputs).find((path) => /\/entry-\w+\.js$/.test(path) && outputs[path].entryPoint);
  const address = (path) => relative(out, join(folder, path));
  const style = outputs[main].cssBundle;
  await writeFile(join(out, "index.html"), page(name, address(main), imported(outputs, main).map(address), style && address(style)));
  return { pieces: Object.keys(outputs).length, absent: Object.keys(inputs).filter((path) => path.startsWith("absent:")) };
}

/** The pieces without which `main` cannot begin. */
function imported(outputs, main) {
  const found = new Set();
  const add = (path) => {
    for (const { path: next, kind } of outputs[path].imports) {
      if (kind !== "import-statement" || found.has(next) || !outputs[next]) continue;
      found.add(next);
      add(next);
    }
  };
  add(main);
  found.delete(main);
  return [...found];
}

/** The shop's page: as little of its own as can be, and every piece that is needed at once named at once, as bundlers do. */
const page = (name, script, pieces, style) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>A shop with ${name}</title>
<link rel="icon" href="data:,">
${style ? `<link rel="stylesheet" href="${style}">\n` : ""}${pieces.map((piece) => `<link rel="modulepreload" href="${piece}">\n`).join("")}<script type="module" src="${script}"></script>
</head>
<body><h1>A shop</h1><div id="root"></div></body>
</html>
`;
