// Loads WalletConnect's module when the checkout first asks for it, and passes on what either side says.
let open = {};
let tries = 0;

function load({ script, wasm, ...options }, listener) {
  // A browser may remember that a script could not be had: a fragment makes it another one, of the same address.
  return import(`${script}#${tries++}`).then(({ walletConnect }) => walletConnect(wasm, options, listener));
}

/** Calls the method `act` of the connection with these options, which is opened if it is not there. */
export function ask(options, listener, act, words) {
  const name = JSON.stringify(options);
  if (open.name !== name) {
    // For another chain: the wallet is asked to allow that one too.
    open.connection?.then((connection) => connection.stop(), () => {});
    open = { name, connection: load(options, listener) };
  }
  open.connection.then(
    (connection) => connection[act](...words),
    () => {
      open = {};
      listener({ kind: "failed", code: "not_loaded" });
    },
  );
}
