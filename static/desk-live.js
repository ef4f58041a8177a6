// A part of a page of the desk that asks the server anew every few seconds while somebody looks,
// until what it waits for is over: then the whole page is asked for.
(function () {
  "use strict";
  var part = document.querySelector("[data-live]");
  if (!part || !window.fetch) return;
  var every = (part.getAttribute("data-every") || 15) * 1000, lost = document.getElementById("lost");
  document.querySelectorAll(".no-script").forEach(function (one) { one.hidden = true; });
  function ask() {
    if (document.hidden) return;
    fetch(part.getAttribute("data-live"), { redirect: "error" }).then(function (reply) {
      if (!reply.ok) throw reply.status;
      return reply.text();
    }).then(function (text) {
      if (lost) lost.hidden = true;
      if (text !== part.innerHTML) part.innerHTML = text;
      if (part.querySelector("[data-over]")) location.reload();
    }).catch(function () { if (lost) lost.hidden = false; });
  }
  setInterval(ask, every);
  document.addEventListener("visibilitychange", ask);
})();
