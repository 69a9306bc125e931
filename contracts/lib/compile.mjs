// Compiles every contract of this folder, the same bytes on every machine. Writes nothing.
//
// solc is the WebAssembly build that package.json pins exactly; metadata is left out of the bytecode because its hash
// would change with every comment, and with the bytecode would change every deposit address.

import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import solc from 'solc';

const root = fileURLToPath(new URL('../', import.meta.url));

// 5159: selfdestruct is deprecated. In the transaction that creates the account it keeps its meaning (EIP-6780), and
// that is the only way it is used here. 2394: transient storage outlives the call; the factory clears its own.
const KNOWN_WARNINGS = new Set(['5159', '2394']);

const SETTINGS = {
  evmVersion: 'cancun',
  viaIR: true,
  optimizer: { enabled: true, runs: 1_000_000 },
  metadata: { appendCBOR: false, bytecodeHash: 'none' },
  outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object', 'evm.deployedBytecode.object'] } },
};

/** name -> { abi, code, runtime }: hex without 0x; `code` is the creation code without constructor arguments. */
export function compileAll() {
  return new Map([
    // Each folder is a run of its own: solc numbers what it reads, and the numbers can show in the order of the bytes.
    // A new test token must not move the factory.
    ...compile('Solidity', sources('src', '.sol'), SETTINGS),
    ...compile('Yul', sources('src', '.yul'), yulSettings()),
    ...compile('Solidity', sources('testing', '.sol'), SETTINGS),
  ]);
}

/** The same for the contracts that only the tests deploy, which pin nothing. */
export function compileTestContracts() {
  return new Map(compile('Solidity', sources('test/contracts', '.sol'), SETTINGS));
}

function yulSettings() {
  const { viaIR: _, ...rest } = SETTINGS;
  return rest;
}

function sources(folder, extension) {
  return Object.fromEntries(
    readdirSync(root + folder)
      .filter((file) => file.endsWith(extension))
      .sort()
      .map((file) => [`${folder}/${file}`, { content: readFileSync(`${root}${folder}/${file}`, 'utf8') }]),
  );
}

function compile(language, sourceFiles, settings) {
  const output = JSON.parse(solc.compile(JSON.stringify({ language, sources: sourceFiles, settings })));
  const complaints = (output.errors ?? []).filter(
    (error) => error.severity !== 'info' && !KNOWN_WARNINGS.has(error.errorCode) && !isYulNotice(error),
  );
  if (complaints.length > 0) {
    throw new Error(complaints.map((error) => error.formattedMessage).join('\n'));
  }
  return Object.values(output.contracts)
    .flatMap((file) => Object.entries(file))
    .map(([name, { abi, evm }]) => [
      name,
      { abi, code: evm.bytecode.object, runtime: evm.deployedBytecode?.object ?? '' },
    ]);
}

// solc says on each Yul run that its Yul interface is experimental; the version is pinned and the bytes are golden.
function isYulNotice(error) {
  return error.type === 'Warning' && error.message.includes('Yul is still experimental');
}
