// Keys paper forms in with the keyboard alone, at the door /s/<code>/paper: no other page loads
// this. The page's own script keeps and sends; this file moves the focus from question to question.
(function () {
  var doc = document, body = doc.body, longer = false, keyed = [], sent;
  if (!doc.getElementById('survey') || !self.MutationObserver) return;

  function $(id) { return doc.getElementById(id); }

  function all(selector, within) { return [].slice.call((within || doc).querySelectorAll(selector)); }

  function fill(text, number) { return text.replace('{number}', number); }

  function inSight(one) { return !!one.offsetParent; }

  // What stands on the sheet, in order; what sends it is the last.
  function stops() {
    return all('fieldset, textarea', $('survey')).filter(inSight).concat(all('.go[value^=send]', $('survey')).filter(inSight).slice(-1));
  }

  function at() {
    var here = stops().filter(function (one) { return one.contains(doc.activeElement); });
    return here[0] || null;
  }

  function goTo(one) {
    var box = one && (one.querySelector(':checked') || one.querySelector('input')) || one;
    if (!box) return;
    box.focus({ preventScroll: true });
    one.scrollIntoView({ block: 'center' });
  }

  function move(one, by) {
    var list = stops();
    goTo(list[Math.max(0, Math.min(list.length - 1, list.indexOf(one) + by))]);
  }

  // Answers on a screen with a gate decide what else is asked: its own button leads on.
  function follow(set) {
    var screen = set, focused = doc.activeElement, next;
    while (!/\bscreen\b/.test(screen.className)) screen = screen.parentNode;
    next = screen.querySelector('[data-next]');
    if (!next || unanswered(screen).length) return;
    // on paper the agencies stand in one order for all: a number that turns nothing
    $('survey').elements.submission.value = '0000' + $('survey').elements.submission.value.slice(4);
    next.click();
    shorten();
    if (!body.className) focused.focus({ preventScroll: true });
  }

  function unanswered(within) {
    return all('[data-gate]', within).filter(function (set) { return inSight(set) && set.querySelector('input') && !set.querySelector(':checked'); });
  }

  function shorten() {
    var form = $('survey').elements;
    if (!longer) all('[data-longer]').forEach(function (screen) { screen.hidden = true; });
    if (form.more) form.more.value = longer ? '1' : '';
  }

  function pick(set, number) {
    var boxes = all('input', set), box = boxes[number - 1];
    if (!number && boxes[0].type === 'radio') boxes.forEach(function (one) { one.checked = false; });
    if (!number) return move(set, 1);
    if (!box) return;
    box.checked = box.type === 'radio' || !box.checked;
    follow(set);
    if (body.className) return; // a goodbye: somebody said no
    if (box.type === 'radio') move(set, 1);
    else box.focus();
  }

  function send(button) {
    var missing = unanswered($('survey'))[0];
    if (!missing) return button.click();
    $('stay').textContent = missing.getAttribute('data-gate');
    $('stay').hidden = false;
    goTo(missing);
  }

  // What a key does; false where the browser's own way is right.
  function press(event) {
    var one = at(), digit = /^(?:Digit|Numpad)(\d)$/.exec(event.code || ''), name = event.key;
    if (event.ctrlKey || event.altKey || event.metaKey) return false;
    if (body.className) return name === 'Enter' && (all('[data-another]').filter(inSight)[0].click(), true);
    if (!one) return false;
    if (name === 'Backspace' && one === stops()[0] && !one.querySelector(':checked') && inSight($('undo'))) return $('undo').focus(), true;
    if (one.tagName === 'TEXTAREA') {
      if (name === 'Enter' && !event.shiftKey) return move(one, 1), true;
      return name === 'Backspace' && !one.value && (move(one, -1), true);
    }
    if (name === 'Backspace') return move(one, -1), true;
    if (name === 'Enter') {
      if (one.tagName === 'BUTTON') return send(one), true;
      if ($('survey').className === 'all') return goTo(stops().pop()), true;
      return false;
    }
    if (digit && one.tagName === 'FIELDSET') return pick(one, +digit[1]), true;
    return false;
  }

  // What was keyed in this tab, by the number under which it was sent: a reload forgets none of it.
  function shelf() { return 'keyed ' + $('survey').getAttribute('action'); }

  function recall() {
    try { keyed = JSON.parse(sessionStorage.getItem(shelf())) || []; } catch (refused) { keyed = []; }
  }

  function list() {
    var line = $('saved'), may = keyed.filter(function (one) { return !one.stays; }).reverse();
    try { sessionStorage.setItem(shelf(), JSON.stringify(keyed)); } catch (refused) { /* then a reload forgets it */ }
    line.textContent = keyed.length ? fill(line.getAttribute('data-saved'), keyed.length) : '';
    label($('undo'), may[0]);
    $('undo').hidden = !may.length;
    $('before').hidden = may.length < 2;
    $('before').lastChild.textContent = '';
    may.slice(1).forEach(function (one) { $('before').lastChild.appendChild(label(doc.createElement('button'), one)); });
  }

  function label(button, one) {
    button.type = 'button';
    button.textContent = one ? fill($('undo').getAttribute('data-undo'), one.number) : '';
    button.value = one ? one.id : '';
    return button;
  }

  function hasSent() {
    var last = keyed[keyed.length - 1];
    if (!sent) return;
    sent.number = last ? last.number + 1 : 1;
    keyed.push(sent);
    sent = null;
    $('undone').textContent = '';
  }

  function takeBack(id) {
    var one = keyed.filter(function (form) { return form.id === id; })[0], request = new XMLHttpRequest();
    if (!one) return;
    request.open('POST', $('survey').getAttribute('action') + '/undo');
    request.setRequestHeader('Content-Type', 'application/x-www-form-urlencoded');
    request.timeout = 30000;
    request.onloadend = function () { became(one, request.status); };
    request.send('ticket=' + encodeURIComponent(one.ticket) + '&submission=' + one.id);
  }

  // Only the server's word ends it: whatever else happened, the form may be there still.
  function became(one, status) {
    var line = $('undone'), fate = status === 200 ? 'undone' : status === 409 ? 'stays' : 'busy';
    if (fate === 'undone') keyed.splice(keyed.indexOf(one), 1);
    if (fate === 'stays') one.stays = true;
    line.textContent = fill(line.getAttribute('data-' + fate), one.number) + (fate === 'undone' && one.comment ? ' ' + line.getAttribute('data-comment') : '');
    list();
    goTo(stops()[0]);
  }

  function begin() {
    $('keying').hidden = false;
    list();
    $('longer').setAttribute('aria-pressed', longer);
    if (body.className) return;
    shorten();
    follow(stops()[0]); // where answers are there already: in another language
    goTo(stops()[0]);
    scrollTo(0, 0);
  }

  doc.addEventListener('keydown', function (event) {
    if (!press(event)) return;
    event.preventDefault();
    event.stopPropagation();
  }, true);
  doc.addEventListener('change', function (event) {
    if (event.target.form === $('survey') && event.target.type !== 'textarea') follow(event.target);
  });
  doc.addEventListener('click', function (event) {
    var button = event.target;
    if (button.id === 'longer') {
      longer = !longer;
      begin();
    }
    // another language, the answers kept: the page's script translates what is not shown whole
    if (button.name === 'go' && button.value.indexOf('lang:') === 0) $('survey').className = 'start';
    if ($('keying').contains(button) && button.value) takeBack(button.value);
    if (button.name !== 'go' || button.value.indexOf('send') !== 0) return;
    if (unanswered($('survey')).length) {
      event.preventDefault();
      event.stopPropagation();
      return send(button);
    }
    sent = { id: $('survey').elements.submission.value, ticket: $('survey').elements.ticket.value };
    sent.comment = all('textarea', $('survey')).some(function (box) { return inSight(box) && box.value; });
  }, true);
  doc.addEventListener('DOMContentLoaded', function () {
    recall();
    begin();
    new MutationObserver(function (changes) {
      changes.forEach(function (change) { if (change.oldValue === 'done') hasSent(); });
      begin();
    }).observe(body, { attributes: true, attributeFilter: ['class'], attributeOldValue: true, childList: true });
  });
})();
