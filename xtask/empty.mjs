// Replaces what the functions of some crates do by a trap: empty.mjs <from> <to> <crate>…
// Whatever only they called can then be taken out. Called by mistake they stop the module, as a panic does.
import { readFileSync, writeFileSync } from "node:fs";
import binaryen from "binaryen";

const [from, to, ...crates] = process.argv.slice(2);
const module = binaryen.readBinary(readFileSync(from));
const functions = Array.from({ length: module.getNumFunctions() }, (_, index) => module.getFunctionByIndex(index));

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
    emptied += 1;
  }
  // It has gone from the dependencies, or names look otherwise: either way this is to be looked at again.
  if (emptied === 0) throw Error(`${from} has no function of ${crate}`);
  console.log(`${crate}: ${emptied} functions`);
}
binaryen.setDebugInfo(true);
writeFileSync(to, module.emitBinary());
