// Passkeys: the browser gives them to scripts only. A form with data-passkey is shown where that works,
// asks the browser when it is sent, and then goes to the server like any other form.
(() => {
  "use strict";
  const kinds = { add: "create", login: "get", prove: "get" };

  async function options(form) {
    const held = form.querySelector("script[type='application/json']");
    if (held) {
      const data = JSON.parse(held.textContent);
      return (data.creation_options || data.request_options).publicKey;
    }
    const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error("no question");
    return (await answer.json()).request_options.publicKey;
  }

  async function ask(form) {
    const publicKey = await options(form);
    if (kinds[form.dataset.passkey] === "create") {
      const alone = form.elements.passwordless.checked;
      publicKey.authenticatorSelection = {
        ...publicKey.authenticatorSelection,
        residentKey: alone ? "required" : "discouraged",
        requireResidentKey: alone,
        ...(alone ? { userVerification: "required" } : {}),
      };
      publicKey.extensions = { ...publicKey.extensions, credProps: true };
      return navigator.credentials.create({
        publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(publicKey),
      });
    }
    return navigator.credentials.get({
      publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(publicKey),
    });
  }

  function prepare(form) {
    const said = form.querySelector("[data-said]");
    const button = form.querySelector("button");
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      if (form.elements.credential.value) return;
      event.preventDefault();
      button.disabled = true;
      said.textContent = "";
      try {
        form.elements.credential.value = JSON.stringify((await ask(form)).toJSON());
        form.submit();
      } catch (error) {
        button.disabled = false;
        said.textContent = error.name === "NotAllowedError" ? said.dataset.refused : said.dataset.failed;
      }
    });
  }

  if (window.PublicKeyCredential && PublicKeyCredential.parseRequestOptionsFromJSON && window.isSecureContext) {
    document.querySelectorAll("form[data-passkey]").forEach(prepare);
  }
})();
