"use strict";
// The filter: what it shows is kept behind the `#` of the address, so that it can be sent to others.
(() => {
  const form = document.getElementById("filter");
  if (!form) return;
  const articles = [...document.querySelectorAll("article")];
  const texts = articles.map((article) =>
    `${article.textContent} ${article.dataset.rule} ${article.dataset.file}`.toLowerCase());
  const rows = [...document.querySelectorAll("tr[data-kind]")];
  const boxes = ["error", "warning", "info"].filter((name) => form.elements[name]);
  const chosen = { rule: null, file: null };

  const isShown = (article, text) => {
    const { rule, file, severity } = article.dataset;
    return (chosen.rule === null || rule === chosen.rule)
      && (chosen.file === null || file === chosen.file)
      && form.elements[severity].checked
      && (!form.elements.fixable.checked || "fixable" in article.dataset)
      && form.elements.text.value.toLowerCase().split(/\s+/).every((word) => text.includes(word));
  };

  const show = () => {
    let shown = 0;
    articles.forEach((article, number) => {
      article.hidden = !isShown(article, texts[number]);
      shown += article.hidden ? 0 : 1;
    });
    for (const section of document.querySelectorAll("section.file")) {
      section.hidden = !section.querySelector("article:not([hidden])");
    }
    for (const row of rows) {
      const isChosen = chosen[row.dataset.kind] === row.dataset.key;
      row.classList.toggle("chosen", isChosen);
      row.querySelector("button").setAttribute("aria-pressed", String(isChosen));
    }
    document.getElementById("shown").textContent = `${shown} of ${articles.length} shown`;
    const place = document.getElementById("chosen");
    place.replaceChildren();
    for (const kind of ["rule", "file"]) {
      if (chosen[kind] === null) continue;
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = `${chosen[kind]} \u00d7`;
      button.setAttribute("aria-label", `show all again, not only ${chosen[kind]}`);
      button.addEventListener("click", () => choose(kind, null));
      place.append(button, " ");
    }
  };

  const keep = () => {
    const state = new URLSearchParams();
    for (const kind of ["rule", "file"]) if (chosen[kind] !== null) state.set(kind, chosen[kind]);
    if (form.elements.text.value) state.set("text", form.elements.text.value);
    for (const name of boxes) if (!form.elements[name].checked) state.append("without", name);
    if (form.elements.fixable.checked) state.set("fixable", "1");
    history.replaceState(null, "", `#${state}`);
    show();
  };

  const restore = () => {
    const state = new URLSearchParams(location.hash.slice(1));
    for (const kind of ["rule", "file"]) {
      const key = state.get(kind);
      chosen[kind] = rows.some((row) => row.dataset.kind === kind && row.dataset.key === key) ? key : null;
    }
    form.elements.text.value = state.get("text") || "";
    for (const name of boxes) form.elements[name].checked = !state.getAll("without").includes(name);
    form.elements.fixable.checked = state.has("fixable");
    show();
  };

  const choose = (kind, key) => {
    chosen[kind] = key;
    keep();
  };

  for (const row of rows) {
    const head = row.querySelector("th");
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    button.addEventListener("click", () =>
      choose(row.dataset.kind, chosen[row.dataset.kind] === row.dataset.key ? null : row.dataset.key));
    head.append(button);
  }
  form.addEventListener("input", keep);
  form.addEventListener("submit", (event) => event.preventDefault());
  addEventListener("hashchange", restore);
  form.hidden = false;
  restore();
})();
