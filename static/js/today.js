// Today by keyboard: from line to line, what a line asks for, reviewed, put off, undo; and new lines that come by themselves.
(() => {
  "use strict";

  const lines = () => [...document.querySelectorAll("[data-line]:not(.is-done)")];
  const lineOf = (element) => element?.closest?.("[data-line]");
  let place = 0; // of the line that was worked on last

  const focus = (index) => {
    const all = lines();
    place = Math.min(Math.max(0, index), Math.max(0, all.length - 1));
    const line = all[place];
    if (!line) return;
    line.focus();
    line.scrollIntoView({ block: "nearest" });
  };

  const current = () => {
    const here = lineOf(document.activeElement);
    return here && lines().includes(here) ? here : null;
  };

  const step = (by) => {
    const here = current();
    focus(here ? lines().indexOf(here) + by : place);
  };

  // Somebody who presses a key means the line that has the focus, and at first the one on top.
  const deed = (mark) => () => {
    const line = current() || lines().slice(place).find((each) => each.querySelector(mark));
    const found = line?.querySelector(mark);
    if (!found) return;
    place = lines().indexOf(line);
    found.click();
    found.closest("details[open]")?.querySelector("textarea")?.focus();
  };

  const keys = {
    j: () => step(1),
    k: () => step(-1),
    e: deed("[data-primary]"),
    r: deed("[data-review]"),
    s: deed("[data-put-off]"),
    u: () => document.querySelector("#today .messages button, #today .is-done button")?.click(),
    Enter: () => current()?.querySelector("a[href]").click(),
  };

  document.addEventListener("keydown", (event) => {
    const field = event.target.closest("input, textarea, select");
    if (field && event.key === "Enter" && (event.ctrlKey || event.metaKey)) field.form?.requestSubmit();
    if (field && event.key === "Escape" && lineOf(field)) {
      const line = lineOf(field);
      line.querySelector("details[open]")?.removeAttribute("open");
      line.focus();
    }
    if (field || event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
    if (document.body.dataset.shortcuts === "off" || document.querySelector("dialog[open]")) return;
    if (event.key === "Enter" && event.target !== current()) return;
    event.preventDefault();
    keys[event.key]();
  });

  document.addEventListener("focusin", (event) => {
    const line = current();
    if (line && event.target.closest("[data-line]")) place = lines().indexOf(line);
  });

  // Asked by itself: not while something is done or a note is written, nor for nobody. What was answered before that is old.
  const isPoll = (event) => event.detail.requestConfig.elt.matches("[data-poll]");
  let running = 0;
  let deeds = 0;
  let asked = 0;
  const isBusy = () =>
    running > 0 || asked !== deeds || document.querySelector("#today details[open]") || document.activeElement.closest("#today input");
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (!isPoll(event)) {
      running += 1;
      deeds += 1;
      return;
    }
    asked = deeds;
    if (document.hidden || isBusy()) event.preventDefault();
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (!isPoll(event)) running = Math.max(0, running - 1);
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (isPoll(event) && isBusy()) event.detail.shouldSwap = false;
  });
  // A session that is over is told by the page's own cover, which keeps what was typed.
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    if (isPoll(event) && (event.detail.xhr.getResponseHeader("HX-Redirect") || event.detail.xhr.status >= 400)) event.preventDefault();
  });

  // A form that was refused is sent once more as a page, which says why and keeps what was typed.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { elt, path, triggeringEvent } = event.detail.requestConfig;
    const form = elt.closest("#today form");
    if (!form || event.detail.xhr.status < 400 || !/<html[\s>]/i.test(event.detail.xhr.responseText)) return;
    const { name = "", value = "" } = triggeringEvent?.submitter ?? {};
    if (name) form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
    form.action = path;
    form.submit();
  });

  let held = null;
  document.addEventListener("htmx:beforeSwap", (event) => {
    held = isPoll(event) ? document.activeElement?.id : null;
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.requestConfig.elt.id === "today") return; // the page has just been opened
    if (isPoll(event) && !held) return;
    if (event.target.closest?.("#today") && document.activeElement === document.body) focus(place);
  });
})();
