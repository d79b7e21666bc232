// A page whose person was away for too long is covered, and shown again to nobody else, with all that was typed in it.
(() => {
  "use strict";

  const root = document.getElementById("idle");
  if (!root) return;

  const WARNED = 60; // seconds before the end
  const REPORTED = 60; // seconds between two words to the server that somebody is there
  const PATIENCE = 8000;
  const SIGNS = ["keydown", "input", "pointerdown", "pointermove", "wheel", "touchstart"];
  const { person, clinic, session, signIn } = root.dataset;
  const warning = root.querySelector("dialog");
  const cover = root.querySelector(".idle-cover");
  const { title } = document;
  let until = Date.now() + Number(root.dataset.seconds) * 1000;
  let reported = Date.now();
  let active = false;
  let covered = false;
  let asking = false;
  let channel = null;

  const left = () => Math.ceil((until - Date.now()) / 1000);

  // Who is signed in and for how long; null without an answer. With a token it says that somebody is here.
  const contact = async (token) => {
    const asked = { cache: "no-store", credentials: "same-origin", signal: AbortSignal.timeout(PATIENCE) };
    const said = { method: "POST", headers: { "X-CSRFToken": token }, body: new URLSearchParams({ clinic }) };
    try {
      const answer = await fetch(session, { ...asked, ...(token ? said : { headers: { "X-Polled": "yes" } }) });
      return answer.ok ? await answer.json() : null;
    } catch {
      return null;
    }
  };

  const renewTokens = (token) => {
    for (const field of document.querySelectorAll("[name=csrfmiddlewaretoken]")) field.value = token;
    const headers = document.body.getAttribute("hx-headers");
    if (headers) document.body.setAttribute("hx-headers", JSON.stringify({ ...JSON.parse(headers), "X-CSRFToken": token }));
  };

  const hide = () => {
    warning.close();
    if (!clinic || root.dataset.shared) {
      window.location.replace(signIn);
      return;
    }
    covered = true;
    document.body.append(root);
    document.body.classList.add("is-covered");
    cover.hidden = false;
    document.title = root.dataset.title;
    cover.querySelector("h2").focus();
  };

  const show = (token) => {
    covered = false;
    renewTokens(token);
    cover.hidden = true;
    document.body.classList.remove("is-covered");
    document.title = title;
  };

  const take = (state) => {
    if (!state) return;
    if (state.person && state.person !== person) {
      document.body.replaceChildren();
      window.location.replace("/");
    } else if (!state.seconds) {
      if (!covered) hide();
    } else {
      until = Date.now() + state.seconds * 1000;
      if (left() > WARNED) warning.close();
      if (covered) show(state.token);
    }
  };

  const isMine = (state) => state && state.person === person;

  const stay = async () => {
    [reported, active] = [Date.now(), false];
    let state = await contact();
    if (isMine(state)) state = (await contact(state.token)) || state;
    take(state);
    if (isMine(state)) channel?.postMessage({ person, until });
  };

  const warn = () => {
    document.body.append(root);
    warning.showModal();
  };

  const step = async () => {
    if (active && !warning.open && (Date.now() - reported >= REPORTED * 1000 || left() <= WARNED)) {
      await stay();
    } else if (left() <= 0) {
      take(await contact());
      if (left() <= 0 && !covered) hide();
    } else if (left() <= WARNED && !warning.open) {
      take(await contact());
      if (left() <= WARNED && !covered) warn();
    }
    const seconds = Math.max(0, left());
    warning.querySelector("[data-left]").textContent = seconds === 1 ? "1 second" : `${seconds} seconds`;
  };

  // One at a time: while one asks the server, the next has nothing to go by.
  const once = async (deed) => {
    if (asking) return;
    asking = true;
    await deed();
    asking = false;
  };

  // Back in a page that is covered: its person may have signed in meanwhile.
  const look = () => once(async () => (covered ? take(await contact()) : step()));

  const listen = () => {
    channel = new BroadcastChannel("session");
    channel.addEventListener("message", ({ data }) => {
      if (data.person !== person || covered) {
        once(async () => take(await contact()));
      } else if (data.until > until) {
        until = data.until;
        if (left() > WARNED) warning.close();
      }
    });
    channel.postMessage({ person, until });
  };

  for (const sign of SIGNS) {
    document.addEventListener(sign, () => { active = active || !(covered || warning.open); }, { passive: true });
  }
  root.querySelector("[data-stay]").addEventListener("click", () => once(stay));
  root.querySelector("[data-look]")?.addEventListener("click", async () => {
    await look();
    cover.querySelector("[role=status]").textContent = covered ? "You are not signed in yet." : "";
  });
  warning.addEventListener("cancel", (event) => {
    event.preventDefault();
    once(stay);
  });
  document.addEventListener("visibilitychange", look);
  window.addEventListener("focus", look);
  window.addEventListener("pagehide", () => channel.close());
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) listen();
    look();
  });
  listen();
  setInterval(() => { if (!covered) once(step); }, 1000);
})();
