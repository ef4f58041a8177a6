// Copies what stands beside a button; the words can be selected by hand without it.
(function () {
  if (!navigator.clipboard) return;
  [].forEach.call(document.querySelectorAll('button.take'), function (button) {
    var taken = button.parentNode.querySelector('.taken'), said = button.textContent, rest;
    button.hidden = false;
    button.setAttribute('aria-live', 'polite');
    button.addEventListener('click', function () {
      navigator.clipboard.writeText(taken.textContent.trim()).then(function () {
        button.textContent = button.getAttribute('data-done');
        clearTimeout(rest);
        rest = setTimeout(function () { button.textContent = said; }, 3000);
      }, function () { window.getSelection().selectAllChildren(taken); });
    });
  });
})();
