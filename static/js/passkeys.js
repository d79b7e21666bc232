// A passkey is asked for by the button of the page, where the browser has them at all.
(() => {
  "use strict";

  const button = document.getElementById("passkey");
  const numbers = /^[\d.]+$|^\[/.test(location.hostname);
  const usable = Boolean(window.PublicKeyCredential) && window.isSecureContext && !numbers;
  button.hidden = !usable;
  document.querySelector("[data-no-passkey]").hidden = usable;

  // This machine has a name as well.
  if (/^127\.|^\[::1\]$/.test(location.hostname)) {
    const byName = document.querySelector("[data-by-name]");
    const link = byName.querySelector("a");
    link.href = `${location.protocol}//localhost:${location.port}${location.pathname}`;
    link.textContent = link.origin;
    byName.hidden = false;
  }

  const ids = { [button.dataset.passkey]: "passkey", credential: "id_credential", data: "js_data" };
  const forms = window.allauth.webauthn.forms;
  if (button.dataset.passkey === "add") forms.addForm({ ids });
  else forms.authenticateForm({ ids });

  // Somebody closed the browser's question, or the device does not know the passkey.
  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    document.getElementById("passkey-failed").hidden = false;
  });
})();
