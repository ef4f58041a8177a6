// Exactly what was sent, and the address of a second time, for whoever sent it. Made here, on the
// phone, and gone with the page.
function receipt(list) {
  var lines = $('told'), beside = $('beside'), last, line;
  lines.textContent = beside.textContent = '';
  list.forEach(function (pair) {
    var one = pair[2], name = $('receipt').getAttribute('data-' + pair[0]), asked, label;
    if (pair[0] === 'go') return;
    if (name || !one || one.type === 'hidden') return row(beside, name || pair[0], pair[1]);
    label = one.type === 'textarea' ? pair[1] : one.parentNode.textContent.trim();
    if (last === pair[0]) { line.textContent += $('receipt').getAttribute('data-list') + label; return; }
    asked = one.type === 'textarea' ? doc.querySelector('label[for="' + one.id + '"]') : page.up(one, 'FIELDSET').querySelector('legend');
    line = row(lines, asked.textContent, label);
    last = pair[0];
  });
  $('blank').hidden = !!lines.firstChild;
}

function row(list, name, value) {
  var dt = doc.createElement('dt'), dd = doc.createElement('dd');
  dt.textContent = name;
  dd.textContent = value;
  dd.dir = 'auto';
  list.appendChild(dt);
  list.appendChild(dd);
  return dd;
}

// A second time in three weeks: the code that links the two is this phone's alone.
function remind(id) {
  var link = $('keep'), calendar = $('calendar'), day = $('done').getAttribute('data-day'), title = $('done').getAttribute('data-title');
  var address = location.protocol + '//' + location.host + $('done').getAttribute('data-later') + '#code=' + id;
  link.href = link.textContent = address;
  calendar.href = 'data:text/calendar;charset=utf-8,' + encodeURIComponent(['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Porchlight//EN',
    'BEGIN:VEVENT', 'UID:' + id, 'DTSTAMP:' + day + 'T000000Z', 'DTSTART:' + day + 'T180000',
    'DURATION:PT15M', 'SUMMARY:' + title, 'URL:' + address, 'DESCRIPTION:' + address,
    'BEGIN:VALARM', 'ACTION:DISPLAY', 'DESCRIPTION:' + title, 'TRIGGER:PT0S', 'END:VALARM', 'END:VEVENT', 'END:VCALENDAR', ''].join('\r\n'));
}

function leave() {
  if ($('told')) $('told').textContent = $('beside').textContent = $('keep').href = $('keep').textContent = $('calendar').href = '';
  if ($('hint')) put();
}

// What was refused.
function reveal(entry) {
  receipt(entry.body.split('&').map(function (part) {
    var pair = part.split('=').map(decodeURIComponent);
    return pair.concat(all('[name="' + pair[0] + '"]', form()).filter(function (one) { return /textarea|hidden/.test(one.type) || one.value === pair[1]; }).slice(0, 1));
  }));
  $('later').hidden = true;
  page.reveal(entry);
  $('receipt').open = true;
  $('refused').hidden = $('queue').hidden = true;
}
