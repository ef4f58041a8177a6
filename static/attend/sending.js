// What is sent: everything that was ticked or written on this person's screens.
function pairs() {
  var found = [];
  [].forEach.call($('survey').elements, function (one) {
    var set = one.parentNode, box = one.type === 'radio' || one.type === 'checkbox';
    if (!one.name || one.tagName === 'BUTTON' || !one.value || (box && !one.checked)) return;
    while (set !== body && set.id !== 'survey') {
      if (set.hidden && set.className !== 'screen' || !isFor(set)) return;
      set = set.parentNode;
    }
    found.push([one.name, one.value, one]);
  });
  if (opened) found.push(['more', '1']);
  return found;
}

// Half a character, which a keyboard or a paste may leave, is written as the browser's own form
// would: encodeURIComponent throws at it.
function encode(list) {
  return list.map(function (pair) { return encodeURIComponent(pair[0]) + '=' + encodeURIComponent(whole(pair[1])); }).join('&');
}

function whole(text) {
  return text.replace(/[\ud800-\udbff][\udc00-\udfff]|[\ud800-\udfff]/g, function (sign) { return sign.length > 1 ? sign : '\ufffd'; });
}

function post(entry, done) {
  var request = new XMLHttpRequest();
  try {
    request.open('POST', entry.to);
    request.setRequestHeader('Accept', 'application/json');
    request.setRequestHeader('Content-Type', 'application/x-www-form-urlencoded');
    request.timeout = 30000;
    request.onload = function () {
      done(request.status, request.responseText, parseInt(request.getResponseHeader('Retry-After'), 10) || 0);
    };
    request.onerror = request.ontimeout = function () { done(0); };
    request.send(entry.body);
  } catch (refused) { done(0); }
}

// Whatever throws before the answers are in the queue leaves the press to the browser, which sends
// the form itself; whatever throws afterwards is no reason to keep the thank-you back.
function send(event) {
  var list, entry;
  var long = all('textarea').some(function (one) { return one.value.length > one.getAttribute('maxlength'); });
  var many = all('[data-many]').some(function (set) { return all(':checked', set).length > set.getAttribute('data-many'); });
  if (long || many) return; // the server's page explains it, every answer kept
  if (sending) return event.preventDefault();
  list = pairs();
  entry = { id: field('submission').value, to: $('survey').getAttribute('action'), body: encode(list) + '&go=send' };
  queue.put(entry, function (kept) {
    if (!kept) return post(entry, function (status, text) { direct(status, text, list, entry); });
    flush();
    thank(list, entry);
    later();
  });
  sending = entry.id;
  event.preventDefault();
}

function thank(list, entry) {
  try { finish(list, entry); } catch (odd) { panel('done'); clear(); }
}

// Where the browser keeps nothing, the answers stay on the page until the server has them.
function direct(status, text, list, entry) {
  var reply = queue.read(text);
  sending = null;
  if (reply && status === 200) {
    thank(list, entry);
    fate(reply.outcome);
  } else if (reply && status < 500) {
    explain();
  } else {
    say(status > 200 && $('refused') ? $('refused').getAttribute('data-busy') : $('stay').getAttribute('data-offline'));
  }
}

// Sends the form as a page, so that the server explains a refusal with every answer kept.
function explain() {
  var button = doc.createElement('input');
  button.type = 'hidden';
  button.name = 'go';
  button.value = 'send';
  $('survey').appendChild(button);
  forget();
  $('survey').submit();
}

function flush() {
  clearTimeout(retry);
  queue.flush(post, function (fates) {
    var id;
    if (fates[sending]) fate(fates[sending]);
    refresh();
    for (id in fates) if (fates[id] === 'waiting') return again();
    tries = 0;
  });
}

function again() {
  retry = setTimeout(flush, Math.min(9e5, 4000 << Math.min(tries++, 8)) * (0.75 + Math.random() / 2));
}

// Asks the browser to send in the background, where it can.
function later() {
  if (workers && self.SyncManager) {
    workers.ready.then(function (worker) { return worker.sync.register('answers'); })['catch'](nothing);
  }
}

// Says what waits, once what arrived, and what was refused at this poster. Another tab or the
// worker may have dealt with the answers that were sent here.
function refresh() {
  queue.waiting(function (list) {
    var banner = $('queue'), forms = banner.getAttribute('data-forms').split('|'), lines = [], mine, number, refused;
    if (!list) return;
    number = list.filter(function (one) { return !one.outcome; }).length;
    if (number) lines.push(forms[pluralForm(banner.getAttribute('data-plural'), number)].replace('{number}', number));
    list.forEach(function (one) {
      var here = one.id === sending || one.id === told;
      if (one.id === sending) mine = one.outcome || 'waiting';
      if (!one.outcome || doc.hidden) return;
      if (queue.STORED.test(one.outcome)) {
        more.arrived = more.arrived || !here;
        queue.drop(one.id, nothing);
      } else if (here || one.to === $('survey').getAttribute('action')) {
        if (!here) lines.push(words(one.outcome));
        if (!here && one.body) refused = one;
        one.seen = one.seen || Date.now();
        queue.put(one, nothing);
      }
    });
    banner.textContent = lines.join(' ');
    banner.hidden = !lines.length;
    if ((refused || more.arrived) && !more.offer) extra();
    more.refused = refused;
    hook('offer');
    if (sending && body.className === 'done' && mine !== 'waiting') fate(mine || 'stored');
  });
}

// Which plural form: as words.plural does.
function pluralForm(rule, n) {
  if (rule === 'none') return 0;
  if (rule === 'slavic') return n % 10 === 1 && n % 100 !== 11 ? 0 : n % 10 > 1 && n % 10 < 5 && (n % 100 < 12 || n % 100 > 14) ? 1 : 2;
  if (rule === 'arabic') return n < 3 ? n - 1 : n % 100 > 2 && n % 100 < 11 ? 2 : n % 100 > 10 ? 3 : 4;
  return n === 1 ? 0 : 1;
}

function fate(outcome) {
  var waits = outcome === 'waiting', line = $('fate');
  line.textContent = waits ? '' : words(outcome);
  line.hidden = waits;
  $('waits').hidden = !waits;
  if (!waits) { told = sending || told; sending = null; }
}

function words(outcome) {
  return $('fate').getAttribute('data-' + (queue.STORED.test(outcome) ? 'stored' : outcome)) || $('fate').getAttribute('data-invalid');
}
