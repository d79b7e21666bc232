// Ctrl-K: the dialog that finds people and pages. Without it there is the page that its link leads to.
(() => {
  "use strict";

  const opener = document.querySelector("[data-open-finder]");
  if (!opener) return;
  const dialog = () => document.getElementById("finder-dialog");
  const field = () => document.getElementById("finder-q");
  const links = () => [...document.querySelectorAll("#found a[href]")];
  let asked;
  let typed = null; // letters that come before the dialog does

  const open = async () => {
    if (document.querySelector("dialog[open]")) return;
    if (field() && !dialog()) return field().focus(); // the page itself
    typed ??= "";
    asked ??= htmx.ajax("GET", opener.href, { target: "#finder", swap: "innerHTML" }).catch(() => {});
    await asked;
    if (typed === null) return; // asked for twice
    const early = typed;
    typed = null;
    if (!dialog()) return location.assign(early ? `${opener.href}?${new URLSearchParams({ q: early })}` : opener.href);
    dialog().showModal();
    if (early) {
      field().value = early;
      field().dispatchEvent(new Event("input", { bubbles: true }));
    } else {
      field().select();
    }
  };

  // Nothing else on the page takes these for its own keys, or puts them into the field that was left.
  window.addEventListener(
    "keydown",
    (event) => {
      if (typed === null || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key.length > 1 && event.key !== "Backspace") return;
      event.preventDefault();
      event.stopImmediatePropagation();
      typed = event.key === "Backspace" ? typed.slice(0, -1) : typed + event.key;
    },
    true,
  );

  document.addEventListener("keydown", (event) => {
    const isKey = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
    if (isKey) {
      event.preventDefault();
      open();
      return;
    }
    if (!event.target.closest?.(".finder")) return;
    const all = links();
    const here = all.indexOf(document.activeElement);
    if (event.key === "Enter" && event.target === field() && all.length) {
      if (document.getElementById("found").dataset.q !== field().value.trim()) return; // what is typed is not found yet
      event.preventDefault();
      all[0].click();
    }
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    const next = here + (event.key === "ArrowDown" ? 1 : -1);
    (next < 0 ? field() : all[Math.min(next, all.length - 1)])?.focus();
  });

  document.addEventListener("htmx:afterSettle", () => {
    const count = dialog()?.open && document.querySelector("#found [data-count]");
    if (count) document.getElementById("announce").textContent = count.textContent;
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-open-finder]");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      link.closest("[data-menu]")?.removeAttribute("open");
      open();
    }
    if (event.target === dialog()) dialog().close(); // beside it
  });
})();
