// Answering: every answer is kept on the server at once; the key beside an answer chooses it, arrows move.
(() => {
  "use strict";

  const form = document.querySelector("[data-questionnaire]");
  const questionnaire = document.querySelector("[data-questions]");
  if (!questionnaire) return;
  const items = [...questionnaire.querySelectorAll("[data-item]")];
  const fields = (item) => [...item.querySelectorAll("input, textarea")];
  const isPick = (field) => field.type === "radio" || field.type === "checkbox";
  const isAnswered = (item) => fields(item).some((field) => (isPick(field) ? field.checked : field.value.trim()));
  const last = () => document.querySelector("[data-complete]");

  // An item that depends on others is hidden while it is not asked. What was answered in it stays in the form.
  const values = (name) => {
    const item = items.find((each) => fields(each)[0].name === name);
    if (!item || item.hidden) return [];
    return fields(item).filter((field) => field.checked).map((field) => field.value);
  };
  const isAsked = (rule) => {
    const met = rule.conditions.map((condition) => {
      const given = values(condition.name);
      return given.length ? given.some((value) => condition.values.includes(value)) : condition.without;
    });
    return rule.any ? met.some(Boolean) : met.every(Boolean);
  };
  const showAsked = () => {
    for (const item of items) {
      if (item.dataset.askedIf) item.hidden = !isAsked(JSON.parse(item.dataset.askedIf));
    }
    // A text goes with the item below it, a heading with all items up to the next heading.
    let [texts, heading] = [[], null];
    for (const part of questionnaire.children) {
      if (part.matches(".questionnaire-section")) {
        heading = part;
        heading.hidden = true;
      } else if (part.matches("[data-item]")) {
        for (const text of texts) text.hidden = part.hidden;
        if (heading && !part.hidden) heading.hidden = false;
        texts = [];
      } else {
        texts.push(part);
      }
    }
  };
  for (const words of questionnaire.querySelectorAll("[data-asked-words]")) words.hidden = true;
  showAsked();
  questionnaire.addEventListener("change", showAsked);

  const asked = () => items.filter((item) => !item.hidden);
  const focusItem = (item, block = "center") => {
    if (!item) {
      last()?.focus();
      return;
    }
    const field = fields(item).find((input) => input.checked) || fields(item)[0];
    field.focus({ preventScroll: true });
    item.scrollIntoView({ block });
  };

  const here = () => document.activeElement.closest("[data-item]");
  const step = (by) => {
    const index = here() ? asked().indexOf(here()) + by : 0;
    if (index >= 0) focusItem(asked()[index]);
  };

  const choose = (item, key) => {
    const field = fields(item).find((input) => input.dataset.key === key);
    if (!field) return false;
    if (!field.checked) {
      field.checked = true;
      field.dispatchEvent(new Event("change", { bubbles: true }));
    }
    focusItem(asked()[asked().indexOf(item) + 1]);
    return true;
  };

  const slide = (item, by) => {
    const radios = fields(item).filter((input) => input.type === "radio");
    const index = radios.findIndex((input) => input.checked);
    const next = radios[index < 0 ? 0 : Math.min(radios.length - 1, Math.max(0, index + by))];
    if (!next) return;
    next.focus();
    if (!next.checked) {
      next.checked = true;
      next.dispatchEvent(new Event("change", { bubbles: true }));
    }
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = event.target.closest("input:not([type=radio], [type=checkbox]), textarea, select");
    const anywhere = document.activeElement === document.body && document.body.dataset.shortcuts !== "off";
    const item = here() || (anywhere ? asked()[0] : null);
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (typing && (typing.matches("textarea") || !typing.closest("[data-item]"))) return;
      event.preventDefault();
      step(event.key === "ArrowDown" ? 1 : -1);
    } else if (typing || !item) {
      return;
    } else if (event.key === "ArrowRight" || event.key === "ArrowLeft") {
      event.preventDefault();
      const right = document.documentElement.dir === "rtl" ? -1 : 1;
      slide(item, event.key === "ArrowRight" ? right : -right);
    } else if (choose(item, event.key.toUpperCase())) {
      event.preventDefault();
    } else if ((event.key === "Backspace" || event.key === "Delete") && item.querySelector(":checked")) {
      event.preventDefault();
      for (const field of item.querySelectorAll(":checked")) field.checked = false;
      item.dispatchEvent(new Event("change", { bubbles: true }));
    }
  });

  if (!document.querySelector("main [autofocus]")) {
    const open = asked().find((item) => !isAnswered(item));
    focusItem(open, open === asked()[0] ? "nearest" : "center"); // what stands above the first one is read first
  }
  if (!form) return;

  // Saving: one request at a time, and again as long as something changed meanwhile or could not be saved.
  const state = document.getElementById("saving");
  let changed = false;
  let busy = false;
  let leaving = false;
  let elsewhere = false;
  let waiting = null;
  let timer;

  const say = (text) => {
    if (state.textContent !== text) state.textContent = text;
  };
  const again = (text) => {
    changed = true;
    say(text);
    clearTimeout(timer);
    timer = setTimeout(() => save(), 3000);
  };

  // What is saved again and again is known by its page and version; the id of a submission is the button's.
  const responses = () => {
    const body = new URLSearchParams(new FormData(form));
    body.delete("submission");
    return body;
  };

  const renew = async () => {
    // Signing in again made the page's token stale: take the new one from the page itself.
    const response = await fetch(form.dataset.resume, { credentials: "same-origin" });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const token = page.querySelector("[name=csrfmiddlewaretoken]");
    if (token && response.ok) form.querySelector("[name=csrfmiddlewaretoken]").value = token.value;
  };

  // The bar over the sheet grows with what was answered; the answer just given stays above it.
  const uncover = () => {
    const answer = here()?.querySelector(":checked")?.closest("label");
    const covered = answer && answer.getBoundingClientRect().bottom - form.querySelector(".questionnaire-foot").getBoundingClientRect().top;
    if (covered > 0) window.scrollBy(0, covered + 8);
  };

  // A whole page instead of the result: somebody works in another clinic now. The buttons lead to that page, which can
  // switch, where the person still works in both.
  const refused = (status, page) => {
    elsewhere = page.querySelector("[name=_switch_clinic]") !== null;
    const title = status === 409 && page.querySelector("h1")?.textContent.trim();
    const next = elsewhere ? "Nothing here is lost: switch back in a new tab, and saving goes on." : "";
    again(title ? `Not saved. ${title}. ${next}`.trim() : "Not saved yet. Nothing here is lost; trying again.");
  };

  const take = async (response) => {
    const result = document.getElementById("result");
    if ([200, 409, 422].includes(response.status)) {
      const text = await response.text();
      if (/<html[\s>]/i.test(text)) {
        refused(response.status, new DOMParser().parseFromString(text, "text/html"));
        return;
      }
      elsewhere = false;
      const version = form.querySelector("[name=version]").value;
      result.innerHTML = text;
      uncover();
      if (response.status !== 200) form.querySelector("[name=version]").value = version;
      say(response.status === 200 ? "" : "Not saved yet.");
      if (response.status === 200 && window.location.pathname !== form.dataset.resume) {
        window.history.replaceState(null, "", form.dataset.resume);
        form.action = form.dataset.resume;
      }
    } else if (response.status === 401) {
      again(form.dataset.signedOut || "You have been signed out. Nothing here is lost: sign in in a new tab, and saving goes on.");
    } else if (response.status === 404 && form.dataset.ended) {
      say(form.dataset.ended);
    } else if (response.status === 403) {
      await renew();
      again("Not saved yet. Nothing here is lost; trying again.");
    } else {
      again("The server cannot save at the moment. Nothing here is lost; trying again.");
    }
  };

  async function save(keepalive = false) {
    clearTimeout(timer);
    if (busy || !changed || leaving) return;
    busy = true;
    changed = false;
    say("Saving…");
    try {
      const body = responses();
      await take(await fetch(form.dataset.questionnaire, { method: "POST", body, keepalive, credentials: "same-origin", redirect: "error" }));
    } catch {
      again("No connection. Nothing here is lost: it is saved as soon as there is one.");
    }
    busy = false;
    if (changed && state.textContent === "") save();
    else if (!changed && waiting) form.requestSubmit(waiting);
  }

  form.addEventListener("change", () => {
    form.querySelector("[data-open-items]")?.remove();
    changed = true;
    save();
  });
  form.addEventListener("input", (event) => {
    if (isPick(event.target)) return;
    changed = true;
    clearTimeout(timer);
    timer = setTimeout(() => save(), 800);
  });
  // What is still on its way is saved first, so that the button sends nothing stale and waits out a lost connection.
  form.addEventListener("submit", (event) => {
    if (elsewhere || (!busy && !changed)) {
      leaving = true;
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    waiting = event.submitter;
    save();
  });
  form.addEventListener("not-sent", () => {
    leaving = false;
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "hidden" || !changed || leaving) return;
    // A request that outlives the page and is still heard of where the page lives on; a beacon behind one under way.
    if (!busy) save(true);
    else navigator.sendBeacon(form.dataset.questionnaire, responses());
  });
  window.addEventListener("beforeunload", (event) => {
    if (changed && !leaving) event.preventDefault();
  });
})();
