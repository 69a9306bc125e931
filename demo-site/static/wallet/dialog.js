// The wallet's window: asks its owner, and answers what was chosen. Drawn in the top layer and in a shadow root, as it must
// stand above the checkout and on pages whose styles are hostile or whose policy is strict.
import { drawn } from "./icon.js";

const CSS = `
:host { all: initial !important }
dialog {
  color-scheme: light; box-sizing: border-box; width: 360px; max-width: calc(100vw - 32px); max-height: calc(100vh - 32px); padding: 0;
  border: 0; border-radius: 20px; background: #fff; color: #1b1530; font: 15px/1.45 system-ui, sans-serif; overflow: auto;
  box-shadow: 0 30px 80px #0008, 0 0 0 1px #0001; margin: 16px 16px auto auto;
}
dialog::backdrop { background: #120a2a73 }
header { display: flex; align-items: center; gap: 10px; padding: 14px 20px; background: #f4f1fb; font-weight: 600; font-size: 13px }
header svg { width: 26px; height: 26px; border-radius: 8px }
header span { margin-left: auto; font-weight: 500; color: #6a6180; font-size: 12px }
main { padding: 20px }
h2 { margin: 0 0 4px; font-size: 20px; line-height: 1.25; letter-spacing: -.01em }
p { margin: 0 0 16px; color: #5d5573 }
.big { font-size: 30px; line-height: 1.2; font-weight: 650; letter-spacing: -.02em; color: #1b1530; margin: 4px 0 16px; overflow-wrap: anywhere }
dl { margin: 0 0 16px; border: 1px solid #e7e2f2; border-radius: 12px }
dl div { display: flex; justify-content: space-between; gap: 16px; padding: 10px 14px }
dl div + div { border-top: 1px solid #e7e2f2 }
dt { color: #6a6180; flex: none }
dd { margin: 0; text-align: right; overflow-wrap: anywhere; font-variant-numeric: tabular-nums }
code { font: 13px/1.45 ui-monospace, monospace }
label { display: block; border: 1px solid #e7e2f2; border-radius: 12px; padding: 10px 14px; margin-bottom: 8px; cursor: pointer }
label:has(:checked) { border-color: #5b34d6; box-shadow: inset 0 0 0 1px #5b34d6 }
label input { accent-color: #5b34d6; margin: 0 10px 0 0 }
label small { display: block; color: #6a6180; margin-left: 24px; font-variant-numeric: tabular-nums }
.accounts { margin-bottom: 16px; max-height: 250px; overflow: auto; padding: 1px }
.warn { background: #fff1e6; color: #7a3000; border-radius: 12px; padding: 10px 14px }
footer { display: flex; gap: 10px }
button { flex: 1; min-height: 46px; border-radius: 23px; border: 1px solid #cfc6e6; background: #fff; color: #1b1530; font: 600 15px system-ui, sans-serif; cursor: pointer }
button:last-child { background: #5b34d6; border-color: #5b34d6; color: #fff }
button:focus-visible, input:focus-visible { outline: 3px solid #b39dff; outline-offset: 2px }
`;

export const short = (address) => `${address.slice(0, 8)}…${address.slice(-6)}`;

function make(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

const row = (name, value) => make("div", {}, make("dt", { textContent: name }), make("dd", {}, value));
const code = (text) => make("code", { textContent: text });

/**
 * Shows `question` and resolves to what was chosen, or to null if it was refused. `describe` tells what a transaction
 * does, `accounts` lists what the owner may choose from.
 */
export async function askOwner(question, { name, describe, accounts }) {
  const content = await CONTENT[question.kind](question, { describe, accounts });
  const host = document.documentElement.appendChild(document.createElement("groat-test-wallet"));
  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(CSS);
  root.adoptedStyleSheets = [sheet];

  const approve = make("button", { textContent: content.approve ?? "Approve", id: "approve" });
  const reject = make("button", { textContent: "Reject", id: "reject" });
  const dialog = make(
    "dialog",
    { ariaLabel: name },
    make("header", {}, drawn(name), name, make("span", { textContent: location.host })),
    make("main", {}, ...content.nodes, make("footer", {}, reject, approve)),
  );
  root.append(dialog);
  return new Promise((resolve) => {
    const close = (answer) => {
      resolve(answer);
      dialog.close();
      host.remove();
    };
    approve.onclick = () => close(content.answer?.(root) ?? {});
    reject.onclick = () => close(null);
    dialog.onclose = () => close(null);
    dialog.showModal();
    approve.focus();
  });
}

const CONTENT = {
  async connect({ account }, { accounts }) {
    const choices = (await accounts()).map(({ address, label, balance }) => {
      const input = make("input", { type: "radio", name: "account", value: address, checked: address === account });
      return make("label", {}, input, `${label} `, code(short(address)), make("small", { textContent: balance }));
    });
    return {
      nodes: [
        make("h2", { textContent: "Connect to this site" }),
        make("p", { textContent: "It will see the account's address and may ask for payments. Each one is yours to approve." }),
        make("div", { className: "accounts" }, ...choices),
      ],
      approve: "Connect",
      answer: (root) => ({ account: root.querySelector("input:checked").value }),
    };
  },

  switch: ({ chain }) => ({
    nodes: [make("h2", { textContent: "Switch network" }), make("p", { textContent: "This site asks the wallet to move to:" }), make("div", { className: "big", textContent: chain })],
    approve: "Switch",
  }),

  add: ({ chain, chainId, node }) => ({
    nodes: [
      make("h2", { textContent: "Add a network" }),
      make("p", { textContent: "The wallet does not know this network yet." }),
      make("dl", {}, row("Name", chain), row("Chain id", String(chainId)), row("Node", code(node))),
    ],
    approve: "Add",
  }),

  async send(question, { describe }) {
    const { amount, to, note } = await describe(question);
    const rows = [row("To", code(to)), row("Network", question.chain), row("From", code(short(question.from)))];
    if (question.gas) rows.push(row("Gas limit", Number(question.gas).toLocaleString("en")));
    const warnings = [question.problem && `This is likely to fail: ${question.problem}`, note].filter(Boolean);
    return {
      nodes: [
        make("h2", { textContent: "Send" }),
        make("div", { className: "big", textContent: amount }),
        make("dl", {}, ...rows),
        ...warnings.map((textContent) => make("p", { className: "warn", textContent })),
      ],
      approve: "Confirm",
    };
  },
};
