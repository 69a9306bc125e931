// The theme page: turns what is chosen into a theme, sends it to the store by the shop's server, and shows what came of it.
// It knows no colour of any preset: it reads what the edge's style sheet made of the theme.

/** How long after the last touch the store is asked, in milliseconds. */
const SETTLED_MS = 250;

const PRESETS = { plain: "#2550d0", midnight: "#2b2459", paper: "#9c381d", forest: "#1f6b3a", berry: "#c2185b", mono: "#000000" };
const FONTS = ["system", "humanist", "geometric", "serif", "rounded", "mono"];
const BUTTONS = ["filled", "outline", "soft"];
/** Which token of the style sheet shows which of a theme's colours. */
const TOKENS = { accent: "accent", ground: "card", text: "text" };

const { edge, pk, product } = document.body.dataset;
const form = document.querySelector(".choices");
const preview = document.querySelector("#preview");
const verdict = document.querySelector("#verdict");
const look = document.querySelector("#look");

/** The theme as it is sent; what is absent is the preset's. */
let theme = {};
let timer;

function radios(box, name, values, dot) {
  for (const value of values) {
    const label = document.createElement("label");
    const input = Object.assign(document.createElement("input"), { type: "radio", name, value });
    const text = document.createElement("span");
    if (dot) {
      const swatch = document.createElement("i");
      swatch.style.background = dot[value];
      text.append(swatch);
    }
    text.append(value);
    label.append(input, text);
    document.querySelector(box).append(label);
  }
}
radios("#presets", "preset", Object.keys(PRESETS), PRESETS);
radios("#fonts", "font", FONTS);
radios("#buttons", "button", BUTTONS);

const side = () => form.elements.side.value;

/** The theme as the words of a tag's `theme`. */
function words(mode = theme.mode) {
  const { preset = "plain", radius, font, button, light = {}, dark = {} } = theme;
  const colours = (colours, end) => Object.entries(colours).map(([name, colour]) => `${name}${end}:${colour}`);
  const own = [radius !== undefined && `radius:${radius}`, font && `font:${font}`, button && `button:${button}`];
  return [preset, ...own, ...colours(light, ""), ...colours(dark, "-dark"), mode].filter(Boolean).join(" ");
}

/** Asks the store; shows the theme if it is taken, and what the store says if it is not. */
async function send() {
  const response = await fetch("/dev/theme", {
    method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ theme }),
  });
  const answer = await response.json();
  verdict.className = answer.problem ? "no" : "";
  verdict.replaceChildren(answer.problem?.detail ?? "The store has taken it. Every checkout of this shop looks like this now.");
  if (answer.problem) suggest(answer.problem);
  else show();
}

/** A refusal for contrast ends with a colour that would do. */
function suggest({ param = "", detail }) {
  const [, at, name] = /^branding\.theme\.(light|dark)\.(\w+)$/.exec(param) ?? [];
  const colour = /does is (#[0-9a-f]{6})$/.exec(detail)?.[1];
  if (!at || !colour) return;
  const use = Object.assign(document.createElement("button"), { type: "button", textContent: `Use ${colour}` });
  use.onclick = () => {
    theme[at] = { ...theme[at], [name]: colour };
    changed();
  };
  verdict.append(use);
}

/** The button, the frame and the page's own card, in the side that is looked at. */
function show() {
  const query = new URLSearchParams({ theme: words(side()) });
  const next = Object.assign(document.createElement("link"), { rel: "stylesheet", href: `${edge}/theme/${pk}.css?${query}` });
  next.onload = () => {
    for (const old of document.querySelectorAll("link.look")) if (old !== next) old.remove();
    fill();
  };
  next.className = "look";
  look.after(next);
  preview.src = `${edge}/pay/${product}?${query}`;
  document.querySelector("#buy").dataset.groatTheme = words();
}

/** What the controls show: the theme's own values, and the preset's where it has none. */
function fill() {
  const style = getComputedStyle(document.documentElement);
  const read = (token) => style.getPropertyValue(`--groat-${token}`).trim();
  const own = theme[side()] ?? {};
  for (const [name, token] of Object.entries(TOKENS)) {
    const input = form.elements[name];
    input.value = own[name] ?? read(token);
    input.nextElementSibling.querySelector("small").textContent = input.value;
  }
  form.elements.preset.value = theme.preset ?? "plain";
  form.elements.mode.value = theme.mode ?? "auto";
  form.elements.radius.value = theme.radius ?? parseInt(read("radius"), 10);
  document.querySelector("#radius-says").textContent = `${form.elements.radius.value} px`;
  const font = read("font");
  form.elements.font.value = theme.font ?? FONTS.find((name) => font.startsWith(BEGINS[name])) ?? "system";
  form.elements.button.value = theme.button ?? buttonOf(read("main"), read("card"), read("accent"));
  document.querySelector("#body").textContent = JSON.stringify({ branding: { theme } }, null, 2);
  document.querySelector("#words").textContent = `data-groat-theme="${words()}"`;
}
const BEGINS = { humanist: "Seravek", geometric: '"Avenir', serif: "Charter", rounded: "ui-rounded", mono: "ui-monospace" };
const buttonOf = (main, card, accent) => (main === accent ? "filled" : main === card ? "outline" : "soft");

function changed() {
  clearTimeout(timer);
  timer = setTimeout(() => send().catch(() => {
    verdict.className = "no";
    verdict.textContent = "The shop could not be reached.";
  }), SETTLED_MS);
}

form.addEventListener("input", ({ target: { name, value } }) => {
  if (name === "side") return show();
  if (name === "preset") theme = { preset: value, ...(theme.mode && { mode: theme.mode }) };
  else if (name in TOKENS) {
    theme[side()] = { ...theme[side()], [name]: value };
    form.elements[name].nextElementSibling.querySelector("small").textContent = value;
  } else theme[name] = name === "radius" ? Number(value) : value;
  if (name === "radius") document.querySelector("#radius-says").textContent = `${value} px`;
  changed();
});
form.addEventListener("submit", (event) => event.preventDefault());
document.querySelector("#reset").addEventListener("click", () => {
  theme = {};
  changed();
});

const kept = await (await fetch("/dev/theme")).json();
theme = kept.theme;
verdict.textContent = "This is how the shop's checkout looks now.";
if (matchMedia("(prefers-color-scheme: dark)").matches) form.elements.side.value = "dark";
show();
