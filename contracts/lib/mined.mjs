// Waiting for a transaction, by asking for its receipt.
//
// Not by ethers.js's own wait(): when the receipt isn't there at first it waits for the next block, and if the
// transaction was mined in that very moment there is none on a chain that mines on demand.

const POLL_MS = 10;

/** The receipt of `transaction` (or of a promise of one), whether it succeeded or not. */
export async function receiptOf(provider, transaction, timeoutMs = 30_000) {
  const { hash } = await transaction;
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const receipt = await provider.getTransactionReceipt(hash);
    if (receipt !== null) return receipt;
    if (Date.now() > deadline) throw new Error(`transaction ${hash} was not mined within ${timeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** The receipt of `transaction` (or of a promise of one), which must have succeeded. */
export async function mined(provider, transaction, timeoutMs) {
  const receipt = await receiptOf(provider, transaction, timeoutMs);
  if (receipt.status !== 1) throw new Error(`transaction ${receipt.hash} failed`);
  return receipt;
}
