// Shows the print button where a script can print.
(function () {
  var button = document.querySelector('.print');
  if (!button || !window.print) return;
  button.hidden = false;
  button.addEventListener('click', function () { window.print(); });
})();
