// Passkeys: hands the browser what it is to make or to sign, and sends what it answered.
// Where the browser knows none, the button stays hidden and the password does.
(function () {
  "use strict";
  var form = document.querySelector("form[data-passkey]");
  if (!form || !window.PublicKeyCredential || !navigator.credentials || !window.fetch) return;
  var said = form.querySelector("[role=alert]"), button = form.querySelector("button");

  function bytes(text) {
    var plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, function (sign) { return sign.charCodeAt(0); });
  }
  function text(buffer) {
    var plain = String.fromCharCode.apply(null, new Uint8Array(buffer));
    return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  }
  function read(options) {
    options.challenge = bytes(options.challenge);
    if (options.user) options.user.id = bytes(options.user.id);
    (options.excludeCredentials || []).concat(options.allowCredentials || []).forEach(function (one) {
      one.id = bytes(one.id);
    });
    return options;
  }
  function written(made) {
    var response = {}, from = made.response;
    ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"].forEach(function (name) {
      if (from[name]) response[name] = text(from[name]);
    });
    return JSON.stringify({ id: made.id, rawId: text(made.rawId), type: made.type, response: response, clientExtensionResults: {} });
  }
  function asked() {
    var here = form.getAttribute("data-options");
    if (here) return navigator.credentials.create({ publicKey: read(JSON.parse(here)) });
    return fetch(form.getAttribute("data-passkey"), { method: "POST", body: new FormData(form), redirect: "error" })
      .then(function (reply) {
        if (!reply.ok) throw reply.status;
        return reply.json();
      }).then(function (told) {
        form.elements.handed.value = told.handed;
        return navigator.credentials.get({ publicKey: read(JSON.parse(told.options)) });
      });
  }

  document.querySelectorAll(".no-passkey").forEach(function (one) { one.hidden = true; });
  form.hidden = false;
  button.addEventListener("click", function (event) {
    event.preventDefault();
    said.hidden = true;
    button.disabled = true;
    asked().then(function (made) {
      form.elements.answer.value = written(made);
      form.submit();
    }).catch(function () {
      button.disabled = false;
      said.hidden = false;
    });
  });
})();
