// What a tap, a key or a signal sets off.

doc.addEventListener('click', function (event) {
  var one = event.target, value;
  while (one && one.nodeType === 1 && one.tagName !== 'BUTTON' && one.tagName !== 'A') one = one.parentNode;
  if (!one || one.nodeType !== 1) return;
  value = one.value || '';
  if (!one.id && (/go/.test(one.className) || value.indexOf('send') === 0) && up(one, 'FORM') && hook('gentle', one)) return event.preventDefault();
  if (one.tagName === 'A') return;
  if (one.hasAttribute('data-next') && pass(one.parentNode.parentNode)) event.preventDefault();
  else if (value.indexOf('lang:') === 0 && $('survey').className !== 'all') { event.preventDefault(); translate(value.slice(5)); }
  else if (value.indexOf('send') === 0) send(event);
  else if (one.hasAttribute('data-another')) another(one.getAttribute('data-another'));
  else if (one.id === 'again-yes') { field('household').value = '1'; panel(''); go($('start')); }
  else if (one.id === 'again-no') bye('once');
  else hook('press', one);
});
doc.addEventListener('keydown', function (event) {
  if (event.key !== 'Enter' || event.target.tagName !== 'INPUT') return;
  event.preventDefault();
  // found before it is pressed: the press shows another screen, with a button of its own
  all('.screen>.steps .go', $('survey')).filter(function (go) { return go.offsetParent; })[0].click();
});
['change', 'input'].forEach(function (kind) { doc.addEventListener(kind, function () { hook('remember'); }); });
doc.addEventListener('submit', forget); // the browser sends the form itself, or shows it again
// Two more languages at most: each is a page, and the signal is bad.
doc.addEventListener('change', function () {
  if (!kept) keep(all('#start .langs button').slice(0, 2).map(function (one) { return location.pathname + '?lang=' + one.value.slice(5); }), 'default');
  if (!kept) extra();
  kept = true;
});
['click', 'keydown', 'scroll', 'touchstart'].forEach(function (kind) { doc.addEventListener(kind, awake, true); });
doc.addEventListener('visibilitychange', function () { if (!doc.hidden) flush(); });
window.addEventListener('online', flush);
window.addEventListener('hashchange', show);
window.addEventListener('hashchange', function () { hook('remember'); });
window.addEventListener('load', keepPages);
if (workers && workers.addEventListener) workers.addEventListener('message', gone);
window.addEventListener('pagehide', function () { hook('leave'); });
window.addEventListener('pageshow', function (event) {
  var code = /^#code=([0-9a-f-]{36})$/.exec(location.hash);
  if (code) mark('replaceState', { step: 0, code: code[1] }, location.pathname + location.search);
  if (field('follows')) {
    field('follows').value = (history.state || {}).code || '';
    if (!field('follows').value) return bye('code');
  }
  if (location.hash === '#done' && body.className !== 'done') mark('replaceState', history.state, '#start');
  show(event);
  if ($('errors')) $('errors').focus();
  awake();
});
// The last fields of the form stand behind this script.
doc.addEventListener('DOMContentLoaded', function () {
  if ($('survey').className === 'start' && !$('errors')) fresh();
  recall();
  setInterval(function () { if (sending) refresh(); }, 3000);
  if (data('mode') === 'own phone') queue.seen(data('event'), 0, function (count) {
    people = count;
    $('seen').hidden = !count;
    if (count > 1) extra(); // the question that is asked then
  });
  flush();
});
