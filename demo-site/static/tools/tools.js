// The developer tools. They speak to the shop's server only, and hear from the shop's pages over a BroadcastChannel.
import { followInvoice } from "./exchange.js";
import { showWallet } from "./wallet.js";
import { showWebhooks } from "./webhooks.js";
import { get, post, say } from "./http.js";

const config = await get("/dev/config");
const $ = (id) => document.getElementById(id);

$("own-window").addEventListener("click", (event) => {
  event.preventDefault();
  open("/tools", "groat-tools", "popup,width=460,height=940");
});
// In a window of its own there is nothing to say about one.
if (top === self) $("own-window").parentElement.textContent = "No part of the shop. They try the checkout out on the local chain.";

showWallet(config);
followInvoice(config);
showWebhooks();

async function showHead() {
  const { height, time } = await get("/dev/head");
  $("chain-head").textContent = `${config.chain ?? "Local chain"} ${config.chainId}, block ${height}, ${time.replace("T", " ").replace(".000Z", " UTC")}`;
}

function act(form, path, body, done) {
  $(form).addEventListener("submit", async (event) => {
    event.preventDefault();
    const result = form === "trouble" ? $("trouble-result") : $("chain-result");
    await say(result, async () => done(await post(path, body())));
    showHead().catch(() => {});
  });
}

act("mine", "/dev/mine", () => ({ blocks: Number($("mine-blocks").value) }), ({ height }) => `Now at block ${height}.`);
act("jump", "/dev/jump", () => ({ seconds: Number($("jump-seconds").value) }), ({ time }) => `The newest block says ${time}.`);
act("trouble", "/webhooks/_mode", () => ({ status: 500, count: Number($("trouble-count").value) }), ({ count }) => `The next ${count} will be answered with 500.`);

setInterval(() => document.hidden || showHead().catch(() => {}), 2000);
await showHead();
