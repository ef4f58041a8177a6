// The thank-you. A browser keeps what was ticked with each entry of
// its history, and the next person may hold the same phone: the form is emptied and the entries
// of its screens are cut off.
function finish(list, entry) {
  var steps = (history.state || {}).step || 0, gone = false, late;
  function done(event) {
    clearTimeout(late);
    if (event) window.removeEventListener('popstate', done);
    if (gone && body.className !== 'done') return;
    if (data('mode') !== 'paper') mark('pushState', { step: 1 }, '#done');
    if (gone) return; // a slow phone went back only now
    gone = true;
    panel('done');
    if (data('mode') === 'paper') another('');
    else if (data('mode') === 'kiosk') count($('done'), 12);
  }
  more.sent = [list, entry];
  hook('done');
  $('fate').textContent = $('fate').getAttribute('data-sending');
  $('fate').hidden = false;
  if (data('mode') === 'own phone') queue.seen(data('event'), 1, function (count) { people = count; });
  clear();
  if (!steps) return done();
  window.addEventListener('popstate', done);
  late = setTimeout(function () {
    done();
    setTimeout(function () { window.removeEventListener('popstate', done); }, 9000);
  }, 600);
  history.go(-steps);
}

function clear() {
  all('input', $('survey')).forEach(function (box) { if (box.type !== 'hidden') box.checked = false; });
  all('textarea').forEach(function (one) { one.value = ''; });
  field('household').value = '';
  forget();
  fresh();
  opened = false;
  $('survey').className = 'start';
  say('');
}

function fresh() {
  var bytes = new Uint8Array(16), text = '', i = 0;
  try { crypto.getRandomValues(bytes); } catch (refused) {
    for (; i < 16; i++) bytes[i] = Math.random() * 256; // the next person's may not be this one's
  }
  bytes[6] = bytes[6] & 15 | 64;
  bytes[8] = bytes[8] & 63 | 128;
  for (i = 0; i < 16; i++) text += (i === 4 || i === 6 || i === 8 || i === 10 ? '-' : '') + (256 + bytes[i]).toString(16).slice(1);
  field('submission').value = text;
}

// An empty form for whoever holds the phone now; household is '1' when that was said.
function another(household) {
  clearInterval(ticking);
  more.sent = sending = null;
  hook('leave');
  if (shown) queue.drop(shown, refresh);
  shown = '';
  clear();
  field('household').value = household;
  $('seen').hidden = true;
  panel('');
  if (location.hash && location.hash !== '#start') mark('replaceState', { step: step = (history.state || {}).step || 0 }, '#start');
  $('start').querySelector('h2').focus();
  asSetUp();
}
