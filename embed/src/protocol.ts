// The messages between loader and checkout, as in docs/frame-protocol.md, and the checks that let one in.
// Knows nothing of frames, wallets or the page. What comes from the frame is input: every field is looked at here.

/** The wallet methods a frame may ask for. Anything else is refused before it reaches a wallet. */
export const METHOD = /^(eth_(requestAccounts|accounts|chainId|getBalance|call|sendTransaction)|wallet_(switch|add)EthereumChain)$/;

const STATUS = /^(open|confirming|paid|expired|cancelled)$/;

/** The tallest an inline frame may make itself, in CSS pixels: several phones high, far from breaking a page. */
const HEIGHT_MAX = 5000;

/** EIP-1193 and JSON-RPC error codes that the loader itself answers with. */
export const UNSUPPORTED_METHOD = 4200;
export const DISCONNECTED = 4900;
export const INTERNAL = -32603;

export interface WalletInfo {
  uuid: string;
  name: string;
  icon: string;
  rdns: string;
}

export type ToFrame =
  | { type: "wallets"; wallets: WalletInfo[] }
  | { type: "result"; id: number; result: unknown }
  | { type: "error"; id: number; code: number; message: string; data: { originalErrorCode: number | undefined } }
  | { type: "wallet_event"; uuid: string; event: string; data: unknown };

export interface Request {
  type: "request";
  id: number;
  uuid: string;
  method: string;
  params: unknown;
}

export type FromFrame =
  | Request
  | { type: "status"; invoice: string; status: string; reference: string | null }
  | { type: "resize"; height: number }
  | { type: "close" };



const isText = (value: unknown) => typeof value === "string";

/** What `data` says, if it is one of the messages of a frame and each of its fields is as it must be. */
export function read(data: any): FromFrame | false {
  const { type, id, uuid, method, invoice, status, reference, height } = data ?? {};
  const fits =
    type === "request"
      ? Number.isFinite(id) && isText(uuid) && isText(method)
      : type === "status"
        ? isText(invoice) && isText(status) && STATUS.test(status) && (reference === null || isText(reference))
        : type === "resize"
          ? height > 0 && height <= HEIGHT_MAX
          : type === "close";
  return fits && data;
}
