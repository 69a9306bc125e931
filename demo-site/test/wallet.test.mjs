// The test wallet refuses and answers as wallets do, and says in whole numbers what a transaction does.
import assert from "node:assert/strict";
import { test } from "node:test";
import { describe, format } from "../static/wallet/amounts.js";
import { Provider } from "../static/wallet/provider.js";

const LOCAL = "0x7a69";
const OWNER = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
const SHOP = `0x${"5".repeat(40)}`;

/** A provider whose owner answers `yes`, with what was asked and sent kept. */
function wallet({ yes = true, connected = true, chain = LOCAL, knowsLocal = true, rpc } = {}) {
  const settings = { account: OWNER, connected, chain, chains: { "0x1": "Ethereum", ...(knowsLocal && { [LOCAL]: "Local chain" }) } };
  const asked = [];
  const sent = [];
  const events = [];
  const ask = async (question) => {
    asked.push(question.kind);
    return yes ? { account: OWNER } : null;
  };
  const node = rpc ?? (async (method, params) => {
    sent.push(method);
    return method === "eth_estimateGas" ? "0x5208" : `0xhash${params.length}`;
  });
  const provider = new Provider({ ask, rpc: node, settings, local: LOCAL });
  for (const name of ["accountsChanged", "chainChanged"]) provider.on(name, (data) => events.push([name, data]));
  return { provider, settings, asked, sent, events };
}

const call = (method, ...params) => ({ method, params });
const payment = { from: OWNER, to: SHOP, value: "0x1" };
const added = { chainId: LOCAL, chainName: "Local chain", rpcUrls: ["http://127.0.0.1:8545"], nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 } };

test("refusals carry the codes of the standard", async () => {
  const table = [
    // wallet                                  | request                                                            | code
    [{ yes: false, connected: false },           call("eth_requestAccounts"),                                         4001],
    [{ yes: false },                             call("eth_sendTransaction", payment),                                4001],
    [{ yes: false, chain: "0x1" },               call("wallet_switchEthereumChain", { chainId: LOCAL }),              4001],
    [{ yes: false, chain: "0x1", knowsLocal: false }, call("wallet_addEthereumChain", added),                         4001],
    [{ connected: false },                       call("eth_sendTransaction", payment),                                4100],
    [{},                                         call("eth_sendTransaction", { ...payment, from: SHOP }),             4100],
    [{},                                         call("personal_sign", "0x", OWNER),                                  4200],
    [{},                                         call("eth_sign"),                                                    4200],
    [{ chain: "0x1" },                           call("eth_sendTransaction", payment),                                4901],
    [{ chain: "0x1", knowsLocal: false },        call("wallet_switchEthereumChain", { chainId: LOCAL }),              4902],
    [{},                                         call("wallet_switchEthereumChain", { chainId: "0xa" }),              4902],
    [{},                                         call("wallet_switchEthereumChain", { chainId: "31337" }),          -32602],
    [{},                                         call("wallet_switchEthereumChain"),                                -32602],
    [{},                                         call("wallet_addEthereumChain", { ...added, chainId: "0x1" }),     -32602],
    [{},                                         call("wallet_addEthereumChain", { ...added, rpcUrls: [] }),        -32602],
    [{},                                         call("eth_sendTransaction", { ...payment, to: "0x5" }),            -32602],
    [{},                                         call("eth_sendTransaction", { ...payment, value: "1" }),           -32602],
    [{},                                         call("eth_sendTransaction", { ...payment, chainId: "0x1" }),       -32602],
  ];
  for (const [options, request, code] of table) {
    const { provider, sent } = wallet(options);
    await assert.rejects(provider.request(request), { code }, `${request.method} ${code}`);
    assert.ok(!sent.includes("eth_sendTransaction"), `${request.method} sent nothing`);
  }
});

test("connects once, and shows no account before", async () => {
  const { provider, asked, events } = wallet({ connected: false });
  assert.deepEqual(await provider.request(call("eth_accounts")), []);
  assert.deepEqual(await provider.request(call("eth_requestAccounts")), [OWNER]);
  assert.deepEqual(await provider.request(call("eth_requestAccounts")), [OWNER]);
  assert.deepEqual(asked, ["connect"]);
  assert.deepEqual(events, [["accountsChanged", [OWNER]]]);
});

test("an unknown chain is added, then switched to, and told of", async () => {
  const { provider, settings, asked, events } = wallet({ chain: "0x1", knowsLocal: false });
  assert.equal(await provider.request(call("wallet_addEthereumChain", added)), null);
  assert.equal(await provider.request(call("wallet_switchEthereumChain", { chainId: LOCAL })), null);
  assert.deepEqual([settings.chain, asked], [LOCAL, ["add", "switch"]]);
  assert.deepEqual(events, [["chainChanged", LOCAL]]);
});

test("two questions of a kind at once: the second is told to wait", async () => {
  let answer;
  const settings = { account: OWNER, connected: false, chain: LOCAL, chains: {} };
  const provider = new Provider({ ask: () => new Promise((resolve) => { answer = resolve; }), rpc: () => {}, settings, local: LOCAL });
  const first = provider.request(call("eth_requestAccounts"));
  await assert.rejects(provider.request(call("eth_requestAccounts")), { code: -32002 });
  answer({ account: OWNER });
  assert.deepEqual(await first, [OWNER]);
});

test("sends through the node what was approved, with the gas that the node estimated", async () => {
  const { provider, sent } = wallet();
  assert.equal(await provider.request(call("eth_sendTransaction", payment)), "0xhash1");
  assert.deepEqual(sent, ["eth_estimateGas", "eth_sendTransaction"]);
});

test("what a transaction does", () => {
  const USDC = "0xF3477B76e8A7b3FFC73C95F21475A456cA00636a";
  const assets = [{ address: null, symbol: "ETH", decimals: 18 }, { address: USDC, symbol: "USDC", decimals: 6 }];
  const transfer = (to, units) => `0xa9059cbb${to.slice(2).padStart(64, "0")}${units.toString(16).padStart(64, "0")}`;
  const told = (transaction) => {
    const { amount, to, note } = describe({ value: "0x0", data: "0x", ...transaction }, assets);
    return [amount, to, note !== null];
  };
  assert.deepEqual(told({ to: SHOP, value: "0xde0b6b3a7640000" }), ["1 ETH", SHOP, false]);
  assert.deepEqual(told({ to: USDC, data: transfer(SHOP, 49_010_000n) }), ["49.01 USDC", SHOP, false]);
  // Coins along with a transfer, a token that is not known, another call: shown as what is certain, with a warning.
  assert.deepEqual(told({ to: USDC, value: "0x1", data: transfer(SHOP, 1n) }), ["0.000000000000000001 ETH", USDC, true]);
  assert.deepEqual(told({ to: SHOP, data: transfer(OWNER, 1n) }), ["0 ETH", SHOP, true]);
  assert.deepEqual(told({ to: USDC, data: "0x095ea7b3" }), ["0 ETH", USDC, true]);
});

test("amounts", () => {
  const table = [
    [0n, 18, "0"], [1n, 18, "0.000000000000000001"], [10n ** 18n, 18, "1"], [1234567890000n, 6, "1,234,567.89"],
    [999999n, 6, "0.999999"], [1000n, 0, "1,000"], [2n ** 255n, 18, "57,896,044,618,658,097,711,785,492,504,343,953,926,634,992,332,820,282,019,728.792003956564819968"],
  ];
  for (const [units, decimals, text] of table) assert.equal(format(units, decimals), text);
});
