// The shop's own script: the tip's amount, what was bought, and the drawer. It uses Groat's attributes and events only.

/** How long a page waits for the seller's webhook after `groat:paid`, in tries and milliseconds between them. */
const ORDER_TRIES = 40;
const ORDER_EVERY_MS = 750;

const tip = document.querySelector("#tip");
const other = document.querySelector("#tip-other");
const form = document.querySelector(".tip-form");

function setTip(amount) {
  tip.dataset.groatAmount = amount;
  tip.textContent = `Leave a tip of €${amount}`;
}

form.addEventListener("change", ({ target }) => {
  if (target.name !== "tip") return;
  other.value = "";
  setTip(target.value);
});
other.addEventListener("input", () => {
  // Shown as typed: what is no amount the checkout refuses, with a reason.
  const typed = other.value.trim().replace(",", ".");
  for (const radio of form.querySelectorAll("[name=tip]")) radio.checked = !typed && radio.value === "5.00";
  setTip(typed || "5.00");
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  tip.click();
});

// The page hears that it is paid; what is handed over waits for the webhook that the shop's server has verified.
document.addEventListener("groat:paid", async ({ detail }) => {
  for (let tried = 0; tried < ORDER_TRIES; tried++) {
    const response = await fetch(`/orders/${detail.invoice}`);
    const order = response.ok ? await response.json() : { paid: false };
    if (order.paid) return showOrder(order);
    await new Promise((resolve) => setTimeout(resolve, ORDER_EVERY_MS));
  }
});

function showOrder({ name, download }) {
  const bought = document.querySelector("#bought");
  const row = bought.querySelector("ul").appendChild(document.createElement("li"));
  row.append(download ? `${name} is paid.` : "Thank you for the tip.");
  if (download) {
    const link = row.appendChild(document.createElement("a"));
    link.className = "button";
    link.href = download;
    link.textContent = "Download";
  }
  bought.hidden = false;
}

// Developer tools, no part of a shop: they hear what the page hears, in the drawer or in a window of their own.
const channel = new BroadcastChannel("demo");
for (const name of ["open", "status", "paid", "close"]) {
  document.addEventListener(`groat:${name}`, ({ detail }) => channel.postMessage({ name, ...detail }));
}

const WIDTH = "400px";
const drawer = document.querySelector(".drawer");
const handle = drawer.querySelector("button");
const frame = drawer.querySelector("iframe");

function setDrawer(open) {
  if (open && !frame.src) frame.src = frame.dataset.src;
  frame.hidden = !open;
  handle.setAttribute("aria-expanded", open);
  const { style } = document.documentElement;
  style.setProperty("--drawer", open ? WIDTH : "0px");
  style.setProperty("--drawer-height", open ? "62vh" : "0px");
  localStorage.setItem("demo.drawer", open ? "open" : "closed");
}

handle.addEventListener("click", () => setDrawer(frame.hidden));
const kept = localStorage.getItem("demo.drawer");
setDrawer(kept ? kept === "open" && innerWidth > 640 : innerWidth >= 1440);
