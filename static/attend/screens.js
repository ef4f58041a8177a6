// The survey page works without a script. With it, later screens need no network and an answer
// waits on the phone until it can be sent. The files named in survey/pages/assets.py stand in this
// order inside one function, after queue.js. Plain old JavaScript: a phone of 2015 runs it.

var doc = document, body = doc.body, tongue = doc.documentElement.lang, step = 0, people = 0, opened = false, kept = false, sending = null, told = '', shown = '', tries = 0, retry, ticking, asking;
var workers = queue.api(navigator, 'serviceWorker');
if (!doc.querySelectorAll || !doc.getElementById('survey') || !history.pushState) return;

function nothing() {}

function $(id) { return doc.getElementById(id); }

function all(selector, within) { return [].slice.call((within || doc).querySelectorAll(selector)); }

function data(name) { return $('survey').getAttribute('data-' + name); }

function field(name) { return $('survey').elements[name]; }

// The nearest element of a kind around this one, or nothing.
function up(one, tag) {
  while (one && one.tagName !== tag) one = one.parentNode;
  return one;
}

// Names an entry of the browser's history. Some browsers refuse after many: nothing hangs on it.
function mark(method, state, address) {
  try { history[method](state, '', address); } catch (refused) {
    if (/^#/.test(address)) location.hash = address;
  }
}

function checked(name) {
  return all('[name="' + name + '"]:checked', $('survey')).map(function (box) { return box.value; });
}

function audience() { return checked(data('gate'))[0]; }

function isFor(one) {
  var some = one.getAttribute('data-for');
  return !some || some.split(' ').indexOf(audience()) >= 0;
}

// Where the first answers lead: which questions are this person's, and which other agencies are
// asked about, in what order, as forms.Agencies.shown does.
function route() {
  var met = checked(data('met'));
  var others = all('[data-other]');
  var talked = others.filter(function (set) { return met.indexOf(set.getAttribute('data-other')) >= 0; });
  var turn = talked.length ? parseInt(field('submission').value.slice(0, 4), 16) % talked.length : 0;
  var shown = talked.slice(turn).concat(talked.slice(0, turn)).slice(0, data('most') - 1);
  all('fieldset[data-for]').forEach(function (set) { set.hidden = !isFor(set); });
  others.forEach(function (set) { set.hidden = true; });
  shown.forEach(function (set) {
    set.hidden = false;
    set.parentNode.insertBefore(set, set.parentNode.querySelector('.steps'));
  });
  $('survey').className = data('mode') === 'paper' ? 'all' : 'questions';
  if (data('mode') === 'paper') all('.screen').forEach(function (one) { one.hidden = !isFor(one); });
}

function hasForm() { return data('audiences').split(' ').indexOf(audience()) >= 0; }

// The screen that the address names, if this person may be on it.
function show(event) {
  var form = $('survey'), screen = location.hash && $(location.hash.slice(1)), heading;
  if (body.className === 'done') return location.hash === '#done' || another('');
  if (form.className === 'all') return;
  if (screen && screen.id !== 'start' && form.className === 'start') {
    if (hasForm() && screen.className === 'screen' && isFor(screen)) route();
    else mark('replaceState', history.state, '#start');
  }
  if (!location.hash) form.className = 'start';
  if (screen && screen.hasAttribute('data-longer')) opened = true;
  if (history.state) step = history.state.step;
  else mark('replaceState', { step: event.type === 'hashchange' ? ++step : step });
  if (event.type !== 'hashchange') return;
  say('');
  heading = (form.className === 'start' || !screen ? $('start') : screen).querySelector('h2');
  if (heading) heading.focus();
  scrollTo(0, 0);
}

function say(text) {
  $('stay').textContent = text;
  $('stay').hidden = !text;
  if (text) { $('stay').focus(); $('stay').scrollIntoView(false); }
}

// A screen whose answers decide how to go on; true when this file has dealt with it.
function pass(section) {
  var gates = all('[data-gate]', section), i, chosen;
  for (i = 0; i < gates.length; i++) {
    chosen = gates[i].querySelector(':checked');
    if (!chosen) { say(gates[i].getAttribute('data-gate')); return true; }
    if ((gates[i].getAttribute('data-stops') || '').split(' ').indexOf(chosen.value) >= 0) { bye('stopped'); return true; }
  }
  if (!hasForm()) return false;
  if (section.id === 'start' && people > 1 && !field('household').value) ask(section);
  else go(section);
  return true;
}

// The question comes with the second script. Whoever is quicker waits for it, but not for long.
function ask(section) {
  function on() {
    if (!asking) return;
    asking = clearTimeout(asking);
    if ($('again')) panel('again');
    else go(section);
  }
  if ($('again')) return panel('again');
  if (asking) return;
  asking = setTimeout(on, 3000);
  extra(on);
}

function go(section) {
  route();
  if (data('mode') === 'paper') return $('survey').querySelector('.screen:not([hidden]) ~ .screen:not([hidden]) input').focus();
  do section = section.nextElementSibling; while (section && (section.className !== 'screen' || !isFor(section)));
  if (section) location.hash = section.id;
}

// Shows one of the panels beside the form; '' shows the form.
function panel(name) {
  body.className = name;
  all('.panel').forEach(function (one) { one.hidden = one.id !== name; });
  $('survey').hidden = !!name;
  if (name) { $(name).querySelector('h2').focus(); scrollTo(0, 0); }
}

function bye(why) {
  var words = (why === 'once' ? $('again') : $('bye')).getAttribute('data-' + why).split('|');
  $('bye').querySelector('h2').textContent = words[0];
  $('bye-text').textContent = words[1];
  clear();
  panel('bye');
  if (data('mode') === 'kiosk') count($('bye'), 10);
}
