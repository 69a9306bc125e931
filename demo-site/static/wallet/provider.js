// An EIP-1193 provider as wallets really behave: it asks its owner, knows some chains and not others, and refuses with the
// codes of the standard. Knows nothing of pages: `ask` shows a question, `rpc` reaches the chain, `settings` is its memory.

const REJECTED = { code: 4001, message: "User rejected the request." };
const UNAUTHORIZED = { code: 4100, message: "The requested account has not been authorized by the user." };
const UNSUPPORTED = { code: 4200, message: "The wallet does not support this method." };
const NOT_ON_CHAIN = { code: 4901, message: "The wallet is not connected to the requested chain." };
const PENDING = { code: -32002, message: "A request of this kind is already waiting for the wallet's owner." };
const invalid = (message) => ({ code: -32602, message });

export class ProviderError extends Error {
  constructor({ code, message, data }) {
    super(message);
    this.code = code;
    if (data !== undefined) this.data = data;
  }
}

const isQuantity = (value) => typeof value === "string" && /^0x(0|[1-9a-f][0-9a-f]*)$/i.test(value);
const isAddress = (value) => typeof value === "string" && /^0x[0-9a-f]{40}$/i.test(value);
const same = (one, other) => one.toLowerCase() === other.toLowerCase();

export class Provider {
  #ask;
  #rpc;
  #settings;
  #local;
  #listeners = {};
  #waiting = new Set();

  /** `local` is the chain id, as a hex quantity, that `rpc` reaches. */
  constructor({ ask, rpc, settings, local }) {
    this.#ask = ask;
    this.#rpc = rpc;
    this.#settings = settings;
    this.#local = local;
  }

  on(event, listener) {
    (this.#listeners[event] ??= new Set()).add(listener);
    return this;
  }

  removeListener(event, listener) {
    this.#listeners[event]?.delete(listener);
    return this;
  }

  emit(event, data) {
    for (const listener of this.#listeners[event] ?? []) listener(data);
  }

  async request({ method, params } = {}) {
    const list = Array.isArray(params) ? params : [];
    switch (method) {
      case "eth_accounts": return this.#accounts();
      case "eth_chainId": return this.#settings.chain;
      case "eth_requestAccounts": return this.#connect();
      case "wallet_switchEthereumChain": return this.#switch(list[0]);
      case "wallet_addEthereumChain": return this.#add(list[0]);
      // What anyone may read off the chain.
      case "eth_getBalance": case "eth_call": return this.#read(method, list);
      case "eth_sendTransaction": return this.#send(list[0]);
      default: throw new ProviderError(UNSUPPORTED);
    }
  }

  #accounts() {
    return this.#settings.connected ? [this.#settings.account] : [];
  }

  /** One question of a kind at a time, as a wallet has one window. */
  async #approve(question) {
    if (this.#waiting.has(question.kind)) throw new ProviderError(PENDING);
    this.#waiting.add(question.kind);
    try {
      const answer = await this.#ask(question);
      if (!answer) throw new ProviderError(REJECTED);
      return answer;
    } finally {
      this.#waiting.delete(question.kind);
    }
  }

  async #connect() {
    if (!this.#settings.connected) {
      const { account } = await this.#approve({ kind: "connect", account: this.#settings.account });
      this.#settings.account = account;
      this.#settings.connected = true;
      this.emit("accountsChanged", this.#accounts());
    }
    return this.#accounts();
  }

  async #switch(asked) {
    const { chainId } = asked ?? {};
    if (!isQuantity(chainId)) throw new ProviderError(invalid("chainId must be a hex quantity"));
    const name = this.#settings.chains[chainId.toLowerCase()];
    if (!name) {
      const message = `Unrecognized chain ID "${chainId}". Add it with wallet_addEthereumChain first.`;
      throw new ProviderError({ code: 4902, message });
    }
    if (same(chainId, this.#settings.chain)) return null;
    await this.#approve({ kind: "switch", chain: name });
    this.#move(chainId.toLowerCase());
    return null;
  }

  async #add(asked) {
    const { chainId, chainName, rpcUrls, nativeCurrency } = asked ?? {};
    if (!isQuantity(chainId)) throw new ProviderError(invalid("chainId must be a hex quantity"));
    if (typeof chainName !== "string" || !chainName) throw new ProviderError(invalid("chainName is missing"));
    if (!Array.isArray(rpcUrls) || !rpcUrls.length) throw new ProviderError(invalid("rpcUrls is missing"));
    if (nativeCurrency?.decimals !== 18) throw new ProviderError(invalid("nativeCurrency must have 18 decimals"));
    // Wallets ask the node which chain it is; the only node that this one reaches is the local chain's.
    if (!same(chainId, this.#local)) throw new ProviderError(invalid(`the node at ${rpcUrls[0]} does not answer as chain ${chainId}`));
    if (!this.#settings.chains[chainId.toLowerCase()]) {
      await this.#approve({ kind: "add", chain: chainName, chainId: Number(chainId), node: String(rpcUrls[0]) });
      this.#settings.chains = { ...this.#settings.chains, [chainId.toLowerCase()]: chainName };
    }
    if (!same(chainId, this.#settings.chain)) {
      await this.#approve({ kind: "switch", chain: chainName });
      this.#move(chainId.toLowerCase());
    }
    return null;
  }

  #read(method, list) {
    if (!same(this.#settings.chain, this.#local)) throw new ProviderError(NOT_ON_CHAIN);
    return this.#rpc(method, list);
  }

  async #send(transaction) {
    const { from, to, value = "0x0", data = "0x", chainId } = transaction ?? {};
    if (!this.#settings.connected || !isAddress(from) || !same(from, this.#settings.account)) throw new ProviderError(UNAUTHORIZED);
    if (!isAddress(to)) throw new ProviderError(invalid("to must be an address"));
    if (!isQuantity(value)) throw new ProviderError(invalid("value must be a hex quantity"));
    if (chainId !== undefined && !(isQuantity(chainId) && same(chainId, this.#settings.chain))) {
      throw new ProviderError(invalid("chainId is not the chain that the wallet is on"));
    }
    if (!same(this.#settings.chain, this.#local)) throw new ProviderError(NOT_ON_CHAIN);
    const call = { from, to, value, data };
    const gas = await this.#rpc("eth_estimateGas", [call]).catch((error) => error);
    const problem = gas instanceof Error ? gas.message : null;
    await this.#approve({ kind: "send", ...call, gas: problem ? null : gas, problem, chain: this.#settings.chains[this.#settings.chain] });
    return this.#rpc("eth_sendTransaction", [problem ? call : { ...call, gas }]);
  }

  #move(chain) {
    this.#settings.chain = chain;
    this.emit("chainChanged", chain);
  }
}
