// Lists: what is ticked, single keys, and links that follow the address as it changes.
(() => {
  "use strict";

  const announce = (text) => {
    document.getElementById("announce").textContent = text;
  };
  const results = () => document.getElementById("table");
  const boxes = () => [...document.querySelectorAll("#table tbody [type=checkbox][form=bulk]")];
  const grouped = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, "\u202f");

  // The bar over ticked rows. What "all that match" is stays plain: it names its own number.
  const bar = document.querySelector("[data-bulk]");

  const counted = (number) =>
    `${grouped(number)} ${number === 1 ? bar.dataset.noun : bar.dataset.nounPlural}`;

  const refresh = () => {
    if (!bar) return;
    const all = bar.querySelector("[value=all]").checked;
    const ticked = boxes().filter((box) => box.checked).length;
    const head = document.querySelector("[data-tick-page]");
    if (head) {
      head.checked = ticked > 0 && ticked === boxes().length;
      head.indeterminate = ticked > 0 && ticked < boxes().length;
    }
    bar.hidden = !ticked && !all;
    bar.classList.toggle("bulk-all", all);
    results().classList.toggle("all-match", all);
    bar.querySelector("[data-selected]").textContent = `${counted(ticked)} ticked on this page`;
    const count = document.getElementById("count");
    bar.querySelector("[data-all]").textContent =
      `All that match, on every page: ${count ? count.textContent.trim() : bar.dataset.nounPlural}`;
  };

  const clear = () => {
    for (const box of boxes()) box.checked = false;
    bar.querySelector("[value=rows]").checked = true;
    refresh();
  };

  if (bar) {
    bar.querySelector("[data-clear]").hidden = false;
    bar.querySelector("[data-clear]").addEventListener("click", clear);
    document.addEventListener("change", (event) => {
      if (event.target.matches("[data-tick-page]")) {
        for (const box of boxes()) box.checked = event.target.checked;
      }
      if (event.target.closest("[data-bulk], #table")) {
        refresh();
        if (!bar.hidden) announce(bar.querySelector("[name=scope]:checked + span").textContent);
      }
    });
    document.addEventListener("htmx:afterSettle", (event) => {
      if (event.target.id === "table") clear();
    });
    window.addEventListener("pageshow", refresh);
    refresh();
  }

  // What is kept of this list, or made of it, starts from the address as it is now.
  const without = (names) => {
    const parameters = new URLSearchParams(window.location.search);
    for (const name of names) parameters.delete(name);
    return parameters;
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-here]");
    if (!link) return;
    const parameters = without(["page", "after", "before", "count", "open"]);
    const [name, value] = link.dataset.here.split("=");
    if (name) parameters.set(name, value);
    link.search = parameters.toString();
  });

  document.addEventListener("submit", (event) => {
    for (const field of event.target.querySelectorAll("[data-here-without]")) {
      const query = without(field.dataset.hereWithout.split(" ")).toString();
      field.value = window.location.pathname + (query ? `?${query}` : "");
    }
    for (const field of event.target.querySelectorAll("[data-here-query]")) {
      field.value = window.location.search.slice(1);
    }
  });

  // Columns move in the menu; they are kept when the form is sent.
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-move]");
    if (!button) return;
    event.preventDefault();
    const row = button.closest("li");
    const other = button.dataset.move === "up" ? row.previousElementSibling : row.nextElementSibling;
    if (!other || other.querySelector(".column-fixed")) return;
    if (button.dataset.move === "up") other.before(row);
    else other.after(row);
    button.focus();
    announce(`${row.querySelector("label").textContent.trim()} moved ${button.dataset.move}`);
  });

  // Single keys, unless something is being typed or they are switched off.
  const ROWS = "[data-row-links] tr, #table [data-line], #table .alert-card";
  const links = () => [...document.querySelectorAll(ROWS)].map((row) => row.querySelector("a[href]")).filter(Boolean);

  const step = (by) => {
    const all = links();
    if (!all.length) return;
    const row = document.activeElement.closest(ROWS);
    const here = row ? all.findIndex((link) => row.contains(link)) : by > 0 ? -1 : all.length;
    const next = all[Math.min(all.length - 1, Math.max(0, here + by))];
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  };

  const tick = () => {
    document.activeElement.closest(ROWS)?.querySelector("[type=checkbox]")?.click();
  };

  // The row itself keeps the focus, since its button is another one afterwards.
  const review = () => {
    const row = document.activeElement.closest(ROWS);
    const button = row?.querySelector("[data-review]");
    if (!button) return;
    row.focus();
    button.click();
  };

  // The help comes when it is first asked for; without it there is the page that its link leads to.
  const opener = document.querySelector("[data-open-shortcuts]");
  let asked;
  const showHelp = async () => {
    if (!opener) return;
    asked ??= htmx.ajax("GET", opener.href, "#keys").catch(() => {});
    await asked;
    const help = document.getElementById("shortcuts");
    if (!help) location.assign(opener.href);
    else if (!help.open) help.showModal();
  };

  const keys = {
    j: () => step(1),
    k: () => step(-1),
    x: tick,
    r: review,
    n: () => document.querySelector("[data-new]")?.click(),
    "?": showHelp,
  };

  // From a search box Down goes to the first row, as in every list that follows what is typed.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" || !event.target.matches("[data-search]") || !links().length) return;
    event.preventDefault();
    step(1);
  });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
    if (document.body.dataset.shortcuts === "off" || document.querySelector("dialog[open]")) return;
    if (event.target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]")) return;
    event.preventDefault();
    keys[event.key]();
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-open-shortcuts]");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      showHelp();
    }
    event.target.closest("[data-close-dialog]")?.closest("dialog").close();
  });
})();
