// Every state of the checkout as data: what the page carries, what the wallet and the edge answer, what is pressed to get
// there, and what `shows` that it is reached, where that takes a while. The development server shows them, shots.mjs takes
// their pictures.

/** The time in every state: pictures made on two days are the same. */
export const NOW = Date.parse("2026-03-14T10:30:00Z");
const at = (minutes) => new Date(NOW + minutes * 60_000).toISOString();
const ADDRESS = "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf";
const TOKEN = "0x5FbDB2315678afecb367f032d93F642f64180aa3";
const HASH = "0x9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

const option = (symbol, name, chain, chain_name, amount, more = {}) => ({
  asset: `${chain}/${symbol.toLowerCase()}`, symbol, name, chain, chain_name, testnet: false, amount, available: true,
  unavailable_reason: null, ...more,
});
const off = (reason) => ({ available: false, unavailable_reason: reason, amount: null });

const many = [
  option("USDC", "USD Coin", "eip155:8453", "Base", "49.01"),
  option("USDC", "USD Coin", "eip155:1", "Ethereum", "49.01"),
  option("USDC", "USD Coin", "eip155:42161", "Arbitrum One", "49.01"),
  option("USDC", "USD Coin", "eip155:137", "Polygon", "49.01", off("network_unavailable")),
  option("USDT", "Tether USD", "eip155:1", "Ethereum", "49.02"),
  option("USDT", "Tether USD", "eip155:56", "BNB Smart Chain", "49.02"),
  option("DAI", "Dai Stablecoin", "eip155:1", "Ethereum", "49.005"),
  option("ETH", "Ether", "eip155:8453", "Base", "0.016337"),
  option("ETH", "Ether", "eip155:1", "Ethereum", "0.016337"),
  option("POL", "Polygon", "eip155:137", "Polygon", "112.4", off("network_unavailable")),
  option("BNB", "BNB", "eip155:56", "BNB Smart Chain", "0.0541"),
];
const local = [
  option("ETH", "Ether", "eip155:31337", "Local chain", "0.016337", { testnet: true }),
  option("USDC", "USD Coin", "eip155:31337", "Local chain", "49.01", { testnet: true }),
  option("USDT", "Tether USD", "eip155:31337", "Local chain", "49.02", { testnet: true, ...off("network_unavailable") }),
];

const quote = (more = {}) => ({
  id: "quo_1", asset: "eip155:8453/usdc", symbol: "USDC", chain: "eip155:8453", chain_name: "Base", testnet: false,
  decimals: 6, amount: "49.01", base_units: "49010000", amount_received: "0", base_units_received: "0",
  amount_due: "49.01", base_units_due: "49010000", address: ADDRESS, rate: { amount: "0.9998", currency: "USD" },
  confirmations_required: 10,
  uris: { plain: ADDRESS, eip681: `ethereum:${TOKEN}@8453/transfer?address=${ADDRESS}&uint256=49010000` },
  wallet_call: {
    chain: "eip155:8453", chain_id: 8453, to: TOKEN, value: "0x0",
    data: `0xa9059cbb${ADDRESS.slice(2).padStart(64, "0")}${(49_010_000).toString(16).padStart(64, "0")}`,
  },
  add_chain: {
    chainId: "0x2105", chainName: "Base", nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
    rpcUrls: ["https://mainnet.base.example"], blockExplorerUrls: [],
  },
  created_at: at(-1), expires_at: at(14.2), ...more,
});
const native = {
  asset: "eip155:31337/eth", symbol: "ETH", chain: "eip155:31337", chain_name: "Local chain", testnet: true, decimals: 18,
  amount: "0.016337482910473829", amount_due: "0.016337482910473829", base_units: "1", base_units_due: "1",
  wallet_call: { chain: "eip155:31337", chain_id: 31337, to: ADDRESS, value: "0x3a0ab1c9f4a5", data: "0x" },
};

const payment = (more = {}) => ({
  id: "pay_1", asset: "eip155:8453/usdc", symbol: "USDC", chain_name: "Base", amount: "49.01", base_units: "49010000", transaction: HASH,
  explorer_url: `https://basescan.example/tx/${HASH}`, confirmations: 0, confirmations_required: 10, final: false,
  late: false, credited: true, arrived_at: at(-0.6), seen_at: at(-0.5), ...more,
});

const store = { name: "Paper Boat Studio" };
const product = { id: "prod_1", name: "Field Guide to Small Birds", description: "PDF, 84 pages" };
const price = { amount: "49.00", currency: "USD" };

export const invoice = (status, more = {}) => ({
  id: "inv_7Gq2mXw4kPz9", version: 4, status, exceptions: [], store, product, price, reference: "order-1042",
  created_at: at(-1), expires_at: at(14.2), redirect_url: null, quote: quote(), payments: [], refunds: [], options: many,
  delivery: null, server_time: at(0), ...more,
});

const shown = { embed: null, origin: null, reference: null, locale: null, theme: "auto", server_time: at(0) };
const pay = (more = {}) => ({ ...shown, kind: "pay", key: "pk_1", store, product, open_amount: false, price, options: many, ...more });
const page = (status, more = {}) => ({ ...shown, kind: "invoice", key: "pk_1", invoice: invoice(status, more) });
const problem = (status, code, detail) => ({ status, body: { type: "about:blank", title: code, status, detail, code, request_id: "req_5Kd81" } });

const WALLETS = { methods: {}, names: ["Rabby Wallet", "MetaMask", "Frame"] };
/** A wallet whose methods answer so: a value, `{ error }`, or nothing at all, ever. */
const RICH = `0x${"f".repeat(64)}`;
const wallet = (methods) => ({ ...WALLETS, methods: { eth_requestAccounts: [ADDRESS], eth_chainId: "0x2105", eth_call: RICH, eth_getBalance: RICH, ...methods } });
const never = undefined;
const ONE = { methods: { eth_requestAccounts: never }, names: ["MetaMask"] };
const refuse = (code, message = "", data) => ({ error: { code, message, data } });
const wallets = '[value="wallets"]';
const pick = '[value^="wallet:"]';
const group = '[value="group:USDC"]';
const choose = '[value^="choose:"]';

/** WalletConnect: what its module tells once it is picked. */
const remote = (...events) => ({ page: page("open"), remote: events, press: [wallets, '[value="walletconnect"]'] });
const uri = { kind: "uri", uri: `wc:${"5e1f".repeat(16)}@2?relay-protocol=irn&symKey=${"a7c4".repeat(16)}&expiryTimestamp=1773484500` };
const connected = (link = "https://wallet.example/app") => ({ kind: "connected", wallet: "Rainbow", link, asked: null, accounts: [] });
const failed = (code, detail = "") => ({ kind: "failed", code, detail });

export const states = {
  choosing: { page: pay() },
  "choosing-open": { page: pay(), press: [group] },
  "choosing-few": { page: pay({ options: local }) },
  "choosing-inline": { page: pay({ options: local.slice(1, 2), embed: "inline" }) },
  "choosing-change": { page: page("open"), press: ['[value="change"]'] },
  "choosing-wallet": { page: pay({ options: local }), wallet: ONE },
  "choosing-wallets": { page: pay(), wallet: WALLETS },
  picked: { page: pay(), wallet: wallet({}), press: [pick] },
  "picked-refused": { page: pay(), wallet: wallet({ eth_requestAccounts: refuse(4001, "User rejected the request.") }), press: [pick] },
  "no-prices": { page: pay({ options: many.map((entry) => ({ ...entry, ...off("rates_unavailable") })) }) },
  "no-options": { page: pay({ options: [] }) },
  preparing: { page: pay({ options: local }), press: [choose], answers: { create: "never" } },
  "preparing-wallet": { page: pay({ options: local }), wallet: ONE, press: [choose], answers: { create: "never" } },
  "preparing-connecting": { page: pay({ options: local }), wallet: ONE, press: [choose, pick], answers: { create: "never" } },
  failed: { page: pay({ options: local }), press: [choose], answers: { create: problem(429, "limit_reached", "Too many payments were started from here in a short time. Please wait a minute.") } },
  unreachable: { page: pay({ options: local }), press: [choose], answers: { create: "broken" } },
  paying: { page: page("open") },
  "paying-native": { page: page("open", { quote: quote(native), options: local }) },
  "paying-eip681": { page: page("open"), press: ['[value="qr"]'] },
  "paying-copied": { page: page("open"), press: ['[value="copy-address"]'] },
  "paying-urgent": { page: page("open", { expires_at: at(0.7), quote: quote({ expires_at: at(0.7) }) }) },
  "paying-part": {
    page: page("open", {
      quote: quote({ amount_received: "48.01", base_units_received: "48010000", amount_due: "1", base_units_due: "1000000" }),
      payments: [payment({ amount: "48.01" })],
    }),
  },
  "paying-reversed": { page: page("open", { exceptions: ["reversed"] }) },
  "paying-wrong-asset": { page: page("open", { exceptions: ["wrong_asset"], payments: [payment({ symbol: "DAI", chain_name: "Polygon", amount: "49", credited: false })] }) },
  exchange: { page: page("open"), press: ['[value="exchange"]'] },
  "exchange-native": { page: page("open", { quote: quote(native), options: local }), press: ['[value="exchange"]'] },
  "choosing-last": { page: pay(), kept: { "groat-asset": "eip155:1/usdc" } },
  "paying-last": { page: page("open"), kept: { "groat-way": "exchange" } },
  looking: { page: page("open"), press: ['[value="have-paid"]'] },
  offline: { page: page("open"), offline: true, shows: ".notice.wait" },
  // An id of its own: a socket's request names no state.
  reconnecting: { page: page("open", { id: "inv_4UnReachable" }), answers: { get: "broken" }, shows: ".notice.wait" },
  "paying-wallet": { page: page("open"), wallet: ONE },
  wallets: { page: page("open"), wallet: WALLETS, press: [wallets] },
  "wallets-none": { page: page("open"), press: [wallets] },
  "wallets-apps": { page: page("open"), touch: true, press: [wallets] },
  "wallet-connecting": { page: page("open"), wallet: wallet({ eth_requestAccounts: never }), press: [wallets, pick] },
  "wallet-switching": { page: page("open"), wallet: wallet({ eth_chainId: "0x1", wallet_switchEthereumChain: never }), press: [wallets, pick] },
  "wallet-adding": { page: page("open"), wallet: wallet({ eth_chainId: "0x1", wallet_switchEthereumChain: refuse(4902), wallet_addEthereumChain: never }), press: [wallets, pick] },
  "wallet-confirming": { page: page("open"), wallet: wallet({ eth_sendTransaction: never }), press: [wallets, pick] },
  "wallet-sent": { page: page("open"), wallet: wallet({ eth_sendTransaction: HASH }), press: [wallets, pick] },
  "wallet-rejected": { page: page("open"), wallet: wallet({ eth_sendTransaction: refuse(4001, "User rejected the request.") }), press: [wallets, pick] },
  "wallet-busy": { page: page("open"), wallet: wallet({ eth_requestAccounts: refuse(-32002, "Already pending") }), press: [wallets, pick] },
  "wallet-no-funds": { page: page("open"), wallet: wallet({ eth_sendTransaction: refuse(-32000, "transfer amount exceeds balance") }), press: [wallets, pick] },
  "wallet-short": { page: page("open"), wallet: wallet({ eth_call: `0x${(3_200_000).toString(16).padStart(64, "0")}` }), press: [wallets, pick] },
  "wallet-no-fee": { page: page("open"), wallet: wallet({ eth_getBalance: "0x0" }), press: [wallets, pick] },
  "wallet-wrong-chain": { page: page("open"), wallet: wallet({ eth_chainId: "0x1", wallet_switchEthereumChain: null }), press: [wallets, pick] },
  "wallet-unknown": { page: page("open"), wallet: wallet({ eth_sendTransaction: refuse(-32603, "nonce too low: next nonce 7, tx nonce 5") }), press: [wallets, pick] },
  "wallets-remote": { page: page("open"), wallet: WALLETS, remote: [], press: [wallets] },
  "wallets-remote-only": { page: page("open"), remote: [], press: [wallets] },
  "remote-opening": remote(),
  "remote-code": { ...remote(uri), shows: "svg.qr" },
  "remote-code-copied": { ...remote(uri), press: [...remote().press, '[value="copy-link"]'] },
  "remote-apps": { ...remote(uri), handheld: true, shows: '.options a[href^="https://link.metamask.io/wc?uri="]' },
  "remote-apps-code": { ...remote(uri), handheld: true, press: [...remote().press, '[value="wallet-code"]'] },
  "remote-cut-off": { ...remote(uri, failed("relay_unreachable")), shows: ".notice.warn" },
  "remote-confirming": { ...remote(uri, connected()), shows: ".strong" },
  "remote-confirming-app": { ...remote(uri, connected()), handheld: true, shows: "a.main" },
  "remote-sent": { ...remote(uri, connected(), { kind: "sent", hash: HASH, chain: "eip155:8453", reference: "inv_7Gq2mXw4kPz9 quo_1" }), shows: ".grouped" },
  "remote-declined": { ...remote(uri, failed("wallet_rejected")), shows: ".notice.warn" },
  "remote-code-over": { ...remote(uri, failed("pairing_expired")), shows: ".notice.warn" },
  "remote-no-account": { ...remote(uri, failed("wrong_chain")), shows: ".notice.warn" },
  "remote-refused": { ...remote(uri, connected(), failed("transaction_refused")), shows: ".notice.warn" },
  "remote-no-funds": { ...remote(uri, connected(), failed("wallet_error", "transfer amount exceeds balance")), shows: ".notice.warn" },
  "remote-no-answer": { ...remote(uri, connected(), failed("request_expired")), shows: ".notice.warn" },
  "remote-over": { ...remote(uri, connected(), failed("wallet_gone")), shows: ".notice.warn" },
  "remote-unavailable": { ...remote(failed("project_refused")), shows: ".notice.warn" },
  stale: { page: page("open", { quote: quote({ expires_at: at(-1) }) }) },
  "time-up": { page: page("open", { expires_at: at(-0.1) }) },
  seen: { page: page("confirming", { payments: [payment()] }) },
  confirming: { page: page("confirming", { payments: [payment({ confirmations: 6 })] }) },
  "confirming-two": { page: page("confirming", { payments: [payment({ amount: "40", confirmations: 10, final: true }), payment({ amount: "9.01", transaction: null, explorer_url: null, confirmations: 2 })] }) },
  paid: { page: page("paid", { payments: [payment({ confirmations: 10, final: true })], redirect_url: "https://shop.example/thanks" }) },
  "paid-delivery": {
    page: {
      ...page("paid", {
        payments: [payment({ confirmations: 10, final: true })],
        delivery: { url: "https://shop.example/download", message: "Thank you!\nYour licence: 4F2K-99PX-17QA" },
      }),
      embed: "modal",
      origin: "https://shop.example",
    },
  },
  "paid-over": { page: page("paid", { exceptions: ["overpaid"], payments: [payment({ amount: "60", confirmations: 10, final: true })] }) },
  "paid-refunded": {
    page: page("paid", {
      exceptions: ["overpaid"], payments: [payment({ amount: "60", confirmations: 10, final: true })],
      refunds: [{ asset: "eip155:8453/usdc", symbol: "USDC", amount: "10.99", base_units: "10990000", transaction: HASH, explorer_url: `https://basescan.example/tx/${HASH}`, recorded_at: at(3) }],
    }),
  },
  "paying-part-other": {
    page: page("open", {
      quote: quote({ amount_due: "24.51", base_units_due: "24510000" }),
      payments: [payment({ symbol: "ETH", chain_name: "Ethereum", amount: "0.008167" })],
    }),
  },
  expired: { page: page("expired", { expires_at: at(-5), options: [] }) },
  "expired-part": {
    page: page("expired", {
      expires_at: at(-5), options: [], exceptions: ["underpaid"], payments: [payment({ amount: "20", confirmations: 10, final: true })],
      quote: quote({ amount_received: "20", base_units_received: "20000000", amount_due: "29.01" }),
    }),
  },
  "expired-late": {
    page: page("expired", { expires_at: at(-5), options: [], exceptions: ["late"], payments: [payment({ late: true, credited: false, confirmations: 10, final: true })], quote: quote({ base_units_received: "49010000", amount_received: "49.01" }) }),
  },
  "expired-seller": { page: page("expired", { expires_at: at(-5), options: [], product: null }) },
  cancelled: { page: page("cancelled", { options: [] }) },
  missing: { page: { ...shown, kind: "problem", problem: { code: "not_found", detail: "", request_id: "req_5Kd81" } } },
  unreadable: { page: { kind: "gift" } },
  long: {
    page: page("open", {
      store: { name: "The Extraordinarily Long-Named Bookshop at the Corner of Wetherby Street and Vine" },
      product: { ...product, name: "Donaudampfschifffahrtsgesellschaftskapitänsmütze, third edition" },
      price: { amount: "123456.78", currency: "CHF" },
      quote: quote({ ...native, amount_due: "123456.016337482910473829", chain_name: "A Network With Quite a Long Name" }),
    }),
  },
};
