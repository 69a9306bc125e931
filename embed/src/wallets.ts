// Finds the wallets of the seller's page (EIP-6963, else window.ethereum) and relays a frame's requests to them.
// Decides nothing about money and holds no key: it carries a closed list of methods, and says no to the rest.
import { DISCONNECTED, INTERNAL, UNSUPPORTED_METHOD, METHOD, type Request, type ToFrame, type WalletInfo } from "./protocol.js";

interface Provider {
  request(call: { method: string; params: unknown }): Promise<unknown>;
  on?(event: string, listener: (data: unknown) => void): void;
}

/** Wallets kept for one page: nobody has this many; a page that announces without end must not fill memory. */
const WALLETS_MAX = 64;

/** The name that stands for `window.ethereum`, where no wallet announced itself. */
const INJECTED = "injected";

const EVENTS = ["accountsChanged", "chainChanged", "disconnect"] as const;

/** The wallets that announced themselves, in that order. */
const announced: WalletInfo[] = [];
const providers = new Map<string, Provider>();
/** The uuids of wallets that a frame has used: their events are passed on. */
const followed = new Set<string>();

/** The frames that are open now. */
const ports = new Set<MessagePort>();

const tell = (message: ToFrame) => ports.forEach((port) => port.postMessage(message));

// Taken now: a page that replaces it later can't keep wallets from being asked.
const dispatch = dispatchEvent;

/** Hears every announcement for as long as the page lives. The first to use a uuid keeps it. */
export function listen(): void {
  addEventListener("eip6963:announceProvider", (event) => {
    const { info, provider } = (event as CustomEvent).detail ?? {};
    const { uuid, name, icon, rdns } = info ?? {};
    if (!uuid || providers.has(uuid) || announced.length >= WALLETS_MAX || !provider?.request) return;
    providers.set(uuid, provider);
    announced.push({ uuid, name: name + "", icon: /^data:image\//.test(icon) ? icon : "", rdns: rdns + "" });
    tell(known());
  });
}

/** The wallets to show: those that announced themselves, or the one old-style wallet if none did. */
function known(): ToFrame {
  const { ethereum } = window as { ethereum?: Provider };
  let wallets = announced;
  if (!wallets[0] && ethereum?.request) {
    // It stays callable when others announce themselves later: a frame may be using it by then.
    providers.set(INJECTED, ethereum);
    wallets = [{ uuid: INJECTED, name: "Browser wallet", icon: "", rdns: "" }];
  }
  return { type: "wallets", wallets };
}

/** Tells a new frame of the wallets, and from now on of what they announce and emit. */
export function join(port: MessagePort): void {
  // Wallets answer this one by one, before it returns.
  dispatch(new Event("eip6963:requestProvider"));
  ports.add(port);
  port.postMessage(known());
}

export function leave(port?: MessagePort): void {
  ports.delete(port!);
  port?.close();
}

function call({ uuid, method, params }: Request): Promise<unknown> {
  if (!METHOD.test(method)) throw { code: UNSUPPORTED_METHOD, message: "not supported" };
  const provider = providers.get(uuid);
  if (!provider) throw { code: DISCONNECTED, message: "no wallet" };
  if (!followed.has(uuid))
    for (const event of EVENTS)
      // The error of a disconnect has nothing that a frame needs, and may not survive being posted.
      provider.on?.(event, (data) => tell({ type: "wallet_event", uuid, event, data: event === "disconnect" ? null : data }));
  followed.add(uuid);
  return provider.request({ method, params });
}

/** Answers one request of the frame at `port`. */
export async function serve(port: MessagePort, request: Request): Promise<void> {
  const { id } = request;
  const send = (message: ToFrame) => port.postMessage(message);
  try {
    send({ type: "result", id, result: await call(request) });
  } catch (error: any) {
    const { code, message, data } = error ?? {};
    send({
      type: "error",
      id,
      // Numbers and text only: whatever else a wallet throws may not survive being posted.
      code: +code || INTERNAL,
      message: message + "",
      data: { originalErrorCode: +data?.originalError?.code || undefined },
    });
  }
}
