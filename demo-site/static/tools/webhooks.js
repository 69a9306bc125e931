// The webhook panel: what the shop's server received and what its verification said, as it comes.

const SHOWN_MAX = 100;

function make(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function row({ received_at, id, type, verified, problem, attempt, answered, body, raw }) {
  const verdict = make("span", { className: verified ? "ok" : "bad", textContent: verified ? "signature verified" : `refused: ${problem}` });
  const time = received_at.slice(11, 19);
  return make(
    "li",
    {},
    make("b", { textContent: type ?? "not a webhook" }),
    " ",
    verdict,
    make("small", { textContent: `${time}, attempt ${attempt}, answered ${answered}` }),
    make("small", { textContent: id }),
    make("details", {}, make("summary", { textContent: "body" }), make("pre", { textContent: body ? JSON.stringify(body, null, 2) : raw })),
  );
}

export function showWebhooks() {
  const list = document.getElementById("webhooks");
  const source = new EventSource("/dev/webhooks");
  // A stream that was cut starts again with what came lately.
  source.addEventListener("open", () => list.replaceChildren());
  source.addEventListener("message", ({ data }) => {
    list.prepend(row(JSON.parse(data)));
    document.getElementById("webhooks-none").hidden = true;
    while (list.children.length > SHOWN_MAX) list.lastChild.remove();
  });
}
