// The thank-you, with exactly what was sent. A browser keeps what was ticked with each entry of
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
  receipt(list);
  remind(entry.id);
  all('#done [data-for]').forEach(function (one) { one.hidden = !isFor(one); });
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
  $('hint').hidden = true;
  forget();
  fresh();
  opened = false;
  $('survey').className = 'start';
  say('');
}

function fresh() {
  var bytes = new Uint8Array(16), text = '', i;
  if (!window.crypto || !crypto.getRandomValues) return;
  crypto.getRandomValues(bytes);
  bytes[6] = bytes[6] & 15 | 64;
  bytes[8] = bytes[8] & 63 | 128;
  for (i = 0; i < 16; i++) text += (i === 4 || i === 6 || i === 8 || i === 10 ? '-' : '') + (256 + bytes[i]).toString(16).slice(1);
  field('submission').value = text;
}

// What was refused, for whoever sent it.
function reveal(entry) {
  told = shown = entry.id;
  receipt(entry.body.split('&').map(function (part) {
    var pair = part.split('=').map(decodeURIComponent);
    return pair.concat(all('[name="' + pair[0] + '"]', $('survey')).filter(function (one) { return one.type === 'textarea' || one.type === 'hidden' || one.value === pair[1]; }).slice(0, 1));
  }));
  all('#done [data-for]').forEach(function (one) { one.hidden = true; });
  panel('done');
  fate(entry.outcome);
  $('receipt').open = true;
  $('refused').hidden = $('queue').hidden = true;
}

function receipt(list) {
  var lines = $('told'), beside = $('beside'), last, line;
  if (!lines) return;
  lines.textContent = beside.textContent = '';
  list.forEach(function (pair) {
    var one = pair[2], name = $('receipt').getAttribute('data-' + pair[0]), asked, label;
    if (pair[0] === 'go') return;
    if (name || !one || one.type === 'hidden') return row(beside, name || pair[0], pair[1]);
    label = one.type === 'textarea' ? pair[1] : one.parentNode.textContent.trim();
    if (last === pair[0]) { line.textContent += ', ' + label; return; }
    asked = one.type === 'textarea' ? doc.querySelector('label[for="' + one.id + '"]') : up(one, 'FIELDSET').querySelector('legend');
    line = row(lines, asked.textContent, label);
    last = pair[0];
  });
  $('blank').hidden = !!lines.firstChild;
}

function row(list, name, value) {
  var dt = doc.createElement('dt'), dd = doc.createElement('dd');
  dt.textContent = name;
  dd.textContent = value;
  list.appendChild(dt);
  list.appendChild(dd);
  return dd;
}

// A second time in three weeks: the code that links the two is this phone's alone.
function remind(id) {
  var link = $('keep'), calendar = $('calendar'), address;
  if (!link) return;
  address = location.protocol + '//' + location.host + link.getAttribute('data-later') + '#code=' + id;
  link.href = link.textContent = address;
  calendar.href = 'data:text/calendar;charset=utf-8,' + encodeURIComponent(['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Porchlight//EN',
    'BEGIN:VEVENT', 'UID:' + id, 'DTSTAMP:' + calendar.getAttribute('data-day') + 'T000000Z', 'DTSTART:' + calendar.getAttribute('data-day') + 'T180000',
    'DURATION:PT15M', 'SUMMARY:' + calendar.getAttribute('data-title'), 'URL:' + address, 'DESCRIPTION:' + address,
    'BEGIN:VALARM', 'ACTION:DISPLAY', 'DESCRIPTION:' + calendar.getAttribute('data-title'), 'TRIGGER:PT0S', 'END:VALARM', 'END:VEVENT', 'END:VCALENDAR', ''].join('\r\n'));
}

// An empty form for whoever holds the phone now; household is '1' when that was said.
function another(household) {
  clearInterval(ticking);
  if ($('told')) $('told').textContent = $('beside').textContent = '';
  if ($('keep')) $('keep').href = $('keep').textContent = $('calendar').href = '';
  sending = null;
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
