// A form is sent once the server answers: until then it stays in the page with all that was typed, and says so.
(() => {
  "use strict";

  const PATIENCE = 8000;
  const GONE = [502, 503, 504];
  const TYPED = "input:not([type=hidden], [type=submit]), textarea, select";

  const isThere = async () => {
    try {
      const answer = await fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
      return !GONE.includes(answer.status);
    } catch {
      return false;
    }
  };

  const say = (form, button) => {
    const said = document.createElement("p");
    said.className = "banner banner-error not-sent";
    said.setAttribute("role", "alert");
    const name = button ? `“${button.textContent.trim()}”` : "the button";
    const place = (button && button.closest(".actions")) || button || form.lastElementChild;
    place.before(said);
    said.textContent = `There is no answer from the server, so nothing was sent. What you typed is still here. Check the connection, then press ${name} again.`;
    said.scrollIntoView({ block: "nearest" });
  };

  // Before the page's own listener: what is not sent is not “Saving…” either, and the page may not be left unasked.
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    const button = event.submitter;
    if (form.method !== "post" || form.dataset.sent || event.defaultPrevented || !form.querySelector(TYPED)) return;
    if (form.dataset.answered) {
      delete form.dataset.answered;
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    if (form.dataset.asking) return;
    form.dataset.asking = "yes";
    for (const said of document.querySelectorAll(".not-sent")) said.remove();
    const there = await isThere();
    delete form.dataset.asking;
    if (there) {
      form.dataset.answered = "yes";
      form.requestSubmit(button);
      delete form.dataset.answered;
    } else {
      say(form, button);
      form.dispatchEvent(new Event("not-sent"));
    }
  });

  // Back in a page that the browser kept: what is sent from it now is no retry of what it sent before.
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    for (const field of document.querySelectorAll("[name=submission]")) {
      const bytes = [...crypto.getRandomValues(new Uint8Array(16))];
      field.value = bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
    }
  });
})();
