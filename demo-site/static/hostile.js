// Everything that a page's scripts can do to a checkout that leans on the page: patched globals, polluted prototypes, and
// messages to all sides. What only listens and counts must keep working; what is needed must not be asked of the page.
const no = (name) => () => { throw new Error(`this page has taken ${name} away`); };

window.fetch = no("fetch");
XMLHttpRequest.prototype.open = no("XMLHttpRequest");
JSON.parse = no("JSON.parse");
JSON.stringify = no("JSON.stringify");
window.WebSocket = no("WebSocket");
window.crypto.subtle.digest = no("crypto.subtle");

// Old libraries did this to every object and array.
Object.prototype.inherited = "by everything";
Array.prototype.inherited = "by every list";

// As trackers do: wrapped, counted, passed on.
const { postMessage } = MessagePort.prototype;
window.counted = 0;
MessagePort.prototype.postMessage = function (...all) {
  window.counted++;
  return Reflect.apply(postMessage, this, all);
};

// Noise for whoever listens: to this window, and to every frame in it.
const noise = [null, 7, "ready", {}, { groat: 1 }, { groat: 1, type: "nonsense" }, { groat: 2, type: "port" }, { type: "close" }, { groat: 1, type: "ready" }];
setInterval(() => {
  for (const message of noise) {
    window.postMessage(message, "*");
    for (let at = 0; at < window.length; at++) window[at].postMessage(message, "*");
  }
}, 250);
