// Everything here only makes a page that already works quicker to use.
(() => {
  "use strict";

  const announce = (text) => {
    document.getElementById("announce").textContent = text;
  };

  // "/" moves to the search of the page, unless something is being typed.
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    const off = document.body.dataset.shortcuts === "off";
    if (event.key === "/" && !typing && !off && !event.ctrlKey && !event.metaKey && !event.altKey) {
      const fields = [...document.querySelectorAll("[data-search]")];
      const search = fields.find((field) => field.closest(".list")) || fields[0];
      if (search) {
        event.preventDefault();
        search.focus();
        search.select();
      }
    }
    if (event.key === "Escape") {
      for (const menu of document.querySelectorAll("[data-menu][open]")) {
        const inside = menu.contains(document.activeElement);
        menu.open = false;
        if (inside) menu.querySelector("summary").focus();
      }
    }
  });

  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("[data-menu][open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });

  // A row is as good as the link in its first cell; selecting text in it is not a click.
  document.addEventListener("click", (event) => {
    const row = event.target.closest("[data-row-links] tr");
    if (!row || event.target.closest("a, button, input, label, summary")) return;
    if (String(window.getSelection())) return;
    const link = row.querySelector("a[href]");
    if (!link) return;
    if (event.ctrlKey || event.metaKey) window.open(link.href, "_blank", "noopener");
    else link.click();
  });

  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }

  for (const button of document.querySelectorAll("[data-copy]")) {
    const field = document.getElementById(button.dataset.copy);
    field.addEventListener("focus", () => field.select());
    button.hidden = false;
    button.addEventListener("click", async () => {
      field.select();
      try {
        await navigator.clipboard.writeText(field.value);
        button.textContent = button.dataset.copied;
        announce(button.dataset.copied);
      } catch {
        announce("Copy what is marked by hand.");
      }
    });
  }

  // Unsaved changes and the state of saving.
  const dirty = new Set(document.querySelectorAll('form[data-unsaved="dirty"]'));
  let leaving = false;

  for (const kind of ["input", "change"]) {
    document.addEventListener(kind, (event) => {
      const form = event.target.form;
      if (form && form.matches("[data-unsaved]")) dirty.add(form);
    });
  }

  window.addEventListener("beforeunload", (event) => {
    if (!leaving && [...dirty].some((form) => form.isConnected)) event.preventDefault();
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-discard]") && !event.ctrlKey && !event.metaKey) leaving = true;
  });

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    if (form.matches("[data-unsaved]")) leaving = true;
    const button = event.submitter;
    if (button && button.dataset.saving) {
      button.dataset.label = button.textContent;
      button.textContent = button.dataset.saving;
      button.setAttribute("aria-disabled", "true");
      announce(button.dataset.saving);
    }
  });

  // Back in a page that the browser kept: it can be sent again.
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    leaving = false;
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
    for (const button of document.querySelectorAll("[data-saving][data-label]")) {
      button.textContent = button.dataset.label;
      button.removeAttribute("aria-disabled");
    }
  });

  // The head of a table stays below the patient's bar, however many lines that takes.
  const identity = document.querySelector(".identity");
  if (identity) {
    new ResizeObserver(() => {
      document.documentElement.style.setProperty("--identity", `${identity.offsetHeight}px`);
    }).observe(identity);
  }

  // Repeated rows of a form.
  const total = (rows) => rows.querySelector(`[name="${rows.dataset.rows}-TOTAL_FORMS"]`);

  const addRow = (rows, button) => {
    const index = Number(total(rows).value);
    const copy = document.createElement("template");
    copy.innerHTML = rows.querySelector("template").innerHTML
      .replaceAll("__prefix__", index)
      .replaceAll("__number__", index + 1);
    const row = copy.content.querySelector("[data-row]");
    row.querySelector("[data-remove-row]").hidden = false;
    button.parentElement.before(row);
    total(rows).value = index + 1;
    row.querySelector("input:not([type=hidden]), textarea, select").focus();
  };

  const removeRow = (row) => {
    for (const field of row.querySelectorAll("input:not([type=hidden]), textarea, select")) {
      if (field.type === "checkbox") field.checked = true;
      else field.value = "";
      field.dispatchEvent(new Event("change", { bubbles: true }));
    }
    row.hidden = true;
    row.closest("[data-rows]").querySelector("[data-add-row]").focus();
    announce(`${row.getAttribute("aria-label")} removed`);
  };

  for (const button of document.querySelectorAll("[data-rows] > [data-row] [data-remove-row]")) {
    button.hidden = false;
  }

  document.addEventListener("click", (event) => {
    const add = event.target.closest("[data-add-row]");
    const remove = event.target.closest("[data-remove-row]");
    if (add) {
      event.preventDefault();
      addRow(add.closest("[data-rows]"), add);
    }
    if (remove) removeRow(remove.closest("[data-row]"));
  });

  // htmx: short addresses, whole pages never inside a page, the count said aloud.
  document.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.verb !== "get") return;
    for (const [name, value] of [...event.detail.formData]) {
      if (value === "") event.detail.formData.delete(name);
    }
  });

  // htmx notes the address, with what was searched for, in the browser's storage: it must not stay there.
  const forget = () => {
    try {
      sessionStorage.removeItem("htmx-current-path-for-history");
    } catch {
      // Storage is closed, so nothing was noted.
    }
  };
  forget();
  for (const kind of ["htmx:pushedIntoHistory", "htmx:replacedInHistory", "htmx:historyRestore"]) {
    document.addEventListener(kind, forget);
  }

  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr } = event.detail;
    document.getElementById("offline").hidden = true;
    if (!/<html[\s>]/i.test(xhr.responseText)) return;
    if (event.detail.target.id !== "table") {
      // A form asked in passing and must not be lost to the answer; sending it will say the same.
      event.detail.shouldSwap = false;
    } else if (xhr.status < 400) {
      event.detail.shouldSwap = false;
      window.location.assign(xhr.responseURL);
    } else {
      event.detail.target = document.body;
      event.detail.swapOverride = "innerHTML";
    }
  });

  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.target.id !== "table" && event.target !== document.body) return;
    const count = document.querySelector("[data-announce]");
    if (count) announce(count.textContent);
    if (document.activeElement === document.body) (count || document.getElementById("main")).focus();
  });

  document.addEventListener("htmx:sendError", () => {
    document.getElementById("offline").hidden = false;
  });

  // A line of a worklist that was dealt with in place: the menu's counts, and the list's own, are asked for again.
  let counting;
  const countAgain = () => {
    window.htmx.trigger(document.querySelector(".rail"), "line-done");
    const count = document.querySelector("#table #count");
    const headers = { "HX-Target": "table" };
    if (count) window.htmx.ajax("GET", window.location.href, { target: count, select: "#count", swap: "outerHTML", headers });
  };
  document.addEventListener("htmx:afterRequest", (event) => {
    const { verb, elt } = event.detail.requestConfig;
    if (verb !== "post" || !event.detail.successful || !elt.closest("[data-line]")) return;
    clearTimeout(counting);
    counting = setTimeout(countAgain, 200);
  });
})();
