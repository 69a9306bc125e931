// Replaces what the functions of some crates do by a trap: empty.mjs <from> <to> <crate>…
// Whatever only they called can then be taken out. Called by mistake they stop the module, as a panic does.
import { readFileSync, writeFileSync } from "node:fs";
import binaryen from "binaryen";

const [from, to, ...crates] = process.argv.slice(2);
const module = binaryen.readBinary(readFileSync(from));
const functions = Array.from({ length: module.getNumFunctions() }, (_, index) => module.getFunctionByIndex(index));

const gone = new Set();
for (const crate of crates) {
  // As rustc mangles a path (v0): the crate, its hash, its length and name, also within the arguments of a generic function.
  // Not at the end: there stands which crate had a generic function compiled, and others may call that one.
  const ofCrate = new RegExp(`Cs[0-9A-Za-z]+_${crate.length}${crate}(?!$|\\.)`);
  let emptied = 0;
  for (const each of functions) {
    const { name, module: importedFrom } = binaryen.getFunctionInfo(each);
    // wasm-bindgen runs the descriptions while it reads the module, and removes them.
    if (importedFrom || name.includes("describe") || !ofCrate.test(name)) continue;
    binaryen.Function(each).body = module.unreachable();
    gone.add(name);
    emptied += 1;
  }
  // It has gone from the dependencies, or names look otherwise: either way this is to be looked at again.
  if (emptied === 0) throw Error(`${from} has no function of ${crate}`);
  console.log(`${crate}: ${emptied} functions`);
}

// The compiler may have made one function of two that do the same: then somebody else calls it. What only JavaScript calls is
// taken out with the exports.
const exported = new Set(Array.from({ length: module.getNumExports() }, (_, index) => binaryen.getExportInfo(module.getExportByIndex(index)).value));
let caller;
for (const line of module.emitText().split("\n")) {
  caller = /^\s*\(func \$(\S+)/.exec(line)?.[1] ?? caller;
  const called = /\((?:return_)?call \$(\S+)/.exec(line)?.[1];
  if (gone.has(called) && !gone.has(caller) && !exported.has(caller)) throw Error(`${caller} calls ${called}, which was to be emptied`);
}
binaryen.setDebugInfo(true);
writeFileSync(to, module.emitBinary());
