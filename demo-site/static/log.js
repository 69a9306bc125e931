// Shows the events that a page hears, and keeps them in `window.heard` for scripts.
window.heard = [];
for (const name of ["open", "status", "paid", "close"]) {
  document.addEventListener(`groat:${name}`, ({ detail }) => {
    window.heard.push({ name, ...detail });
    document.querySelector("#heard").textContent = window.heard.map(({ name, status }) => (name === "status" ? status : name)).join(", ");
  });
}
