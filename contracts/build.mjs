// Compiles the contracts and compares the result with the golden files, byte for byte.
//
//   node contracts/build.mjs            exits 1 and names the files that differ
//   node contracts/build.mjs --write    writes them (and with them moves every deposit address that follows)

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { inRepository } from './lib/files.mjs';
import { compileGolden } from './lib/golden.mjs';

const write = process.argv.includes('--write');
let differing = 0;

for (const [path, content] of compileGolden()) {
  if (read(inRepository(path)) === content) continue;
  differing += 1;
  console.log(`${write ? 'written' : 'differs'}: ${path}`);
  if (write) {
    mkdirSync(dirname(inRepository(path)), { recursive: true });
    writeFileSync(inRepository(path), content);
  }
}
if (differing === 0) console.log('every golden file is what the sources compile to');
process.exit(differing > 0 && !write ? 1 : 0);

function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}
