// Base units to what people read, and what a transaction does in a sentence. Integers only: no float touches money.

/** `units` (a BigInt) of something with `decimals`, without zeros at the end. */
export function format(units, decimals) {
  const digits = units.toString().padStart(decimals + 1, "0");
  const whole = digits.slice(0, digits.length - decimals).replace(/\B(?=(\d{3})+$)/g, ",");
  const rest = digits.slice(digits.length - decimals).replace(/0+$/, "");
  return rest ? `${whole}.${rest}` : whole;
}

/** What `transaction` does, by the assets that are known: {amount, to, note}. */
export function describe({ to, value, data }, assets) {
  const transfer = /^0xa9059cbb0{24}([0-9a-f]{40})([0-9a-f]{64})$/i.exec(data);
  const token = assets.find(({ address }) => address?.toLowerCase() === to.toLowerCase());
  if (transfer && token && BigInt(value) === 0n) {
    return { amount: `${format(BigInt(`0x${transfer[2]}`), token.decimals)} ${token.symbol}`, to: `0x${transfer[1]}`, note: null };
  }
  const note = data === "0x" ? null : "This calls a contract that the wallet does not know.";
  return { amount: `${format(BigInt(value), 18)} ETH`, to, note };
}

/** Balance of `account` as text: coin first, then the first token. */
export async function balanceOf(account, assets, rpc) {
  const coin = format(BigInt(await rpc("eth_getBalance", [account, "latest"])), 18);
  const token = assets.find(({ address }) => address);
  if (!token) return `${cut(coin)} ETH`;
  const data = `0x70a08231${account.slice(2).toLowerCase().padStart(64, "0")}`;
  const held = format(BigInt(await rpc("eth_call", [{ to: token.address, data }, "latest"])), token.decimals);
  return `${cut(coin)} ETH, ${cut(held)} ${token.symbol}`;
}

/** Four decimals are enough to tell accounts apart. */
const cut = (text) => text.replace(/(\.\d{4})\d+$/, "$1");
