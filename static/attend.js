// The survey page works without this file; with it, later screens need no network and a failed
// sending loses nothing. Plain old JavaScript: a phone of 2015 runs it.
(function () {
  var doc = document, form = doc.getElementById('survey'), stay = doc.getElementById('stay');
  if (!form || !doc.querySelectorAll || !history.pushState) return;
  var others = [].slice.call(form.querySelectorAll('[data-other]'));
  var send = doc.getElementById('send'), sent = false, step = 0;

  function checked(name) {
    return [].slice.call(form.querySelectorAll('[name="' + name + '"]:checked')).map(function (box) {
      return box.value;
    });
  }

  // Which other agencies are asked about, and in what order: as forms.Agencies.shown does.
  function route() {
    var met = checked(form.getAttribute('data-met'));
    var talked = others.filter(function (set) { return met.indexOf(set.getAttribute('data-other')) >= 0; });
    var turn = talked.length ? parseInt(form.elements.submission.value.slice(0, 4), 16) % talked.length : 0;
    var shown = talked.slice(turn).concat(talked.slice(0, turn)).slice(0, form.getAttribute('data-most') - 1);
    others.forEach(function (set) { set.hidden = true; });
    shown.forEach(function (set) {
      set.hidden = false;
      set.parentNode.insertBefore(set, set.parentNode.querySelector('.steps'));
    });
    form.className = 'questions';
  }

  function hasForm() {
    var who = checked(form.getAttribute('data-gate'))[0];
    return who && form.getAttribute('data-audiences').split(' ').indexOf(who) >= 0;
  }

  function show(event) {
    var screen = location.hash && doc.getElementById(location.hash.slice(1));
    if (form.className === 'all') return;
    if (screen && form.className === 'start' && screen.id !== 'start') {
      if (hasForm()) route();
      else history.replaceState(history.state, '', '#start');
    }
    if (!location.hash) form.className = 'start';
    if (sent) return;
    if (history.state) step = history.state.step;
    else history.replaceState({ step: event.type === 'hashchange' ? ++step : step }, '');
    if (event.type === 'hashchange') {
      var heading = (form.className === 'start' || !screen ? doc.getElementById('start') : screen).querySelector('h2');
      if (heading) heading.focus();
      scrollTo(0, 0);
    }
  }

  function say(text) {
    stay.textContent = text;
    stay.hidden = !text;
    send.disabled = false;
    if (text) stay.scrollIntoView(false);
  }

  function deliver(event) {
    var button = event.submitter || doc.activeElement;
    if (button !== send || !window.FormData || !window.URLSearchParams) return;
    var body = new URLSearchParams(), request = new XMLHttpRequest();
    try { new FormData(form).forEach(function (value, name) { body.append(name, value); }); } catch (old) { return; }
    event.preventDefault();
    if (send.disabled) return;
    send.disabled = true;
    body.append('go', 'send');
    request.open('POST', form.getAttribute('action'));
    request.setRequestHeader('Accept', 'application/json');
    request.setRequestHeader('Content-Type', 'application/x-www-form-urlencoded');
    request.timeout = 30000;
    request.onload = function () {
      var reply = null;
      try { reply = JSON.parse(request.responseText); } catch (page) { reply = null; }
      if (request.status === 200 && reply) {
        sent = true;
        leave(reply.next);
      } else if (request.status >= 500 || request.status === 429) {
        say(stay.getAttribute('data-busy'));
      } else {
        explain();
      }
    };
    request.onerror = request.ontimeout = function () { say(stay.getAttribute('data-offline')); };
    say('');
    send.disabled = true;
    request.send(body.toString());
  }

  // Goes to the thank-you so that "back" shows an empty form: a browser keeps what was ticked with
  // each entry of its history, and the next person may hold the same phone. From the first entry on
  // the others are cut off.
  function leave(address) {
    var steps = (history.state || {}).step || 0, gone = false;
    function go() {
      if (!gone) location.assign(address);
      gone = true;
    }
    form.reset();
    if (!steps) return location.replace(address);
    window.addEventListener('popstate', go);
    setTimeout(go, 600);
    history.go(-steps);
  }

  // Sends the form as a page, so that the server's page explains the refusal with every answer kept.
  // form.submit() sends no button, and the server needs to know which one it was.
  function explain() {
    var go = doc.createElement('input');
    go.type = 'hidden';
    go.name = 'go';
    go.value = 'send';
    form.appendChild(go);
    form.submit();
  }

  doc.getElementById('next').addEventListener('click', function (event) {
    if (form.className === 'all' || !hasForm()) return;
    event.preventDefault();
    route();
    location.hash = this.getAttribute('data-screen');
  });
  form.addEventListener('keydown', function (event) {
    if (event.key !== 'Enter' || event.target.tagName !== 'INPUT') return;
    var visible = [].slice.call(form.querySelectorAll('.go')).filter(function (go) { return go.offsetParent; });
    event.preventDefault();
    visible[0].click();
  });
  form.addEventListener('submit', deliver);
  window.addEventListener('hashchange', show);
  window.addEventListener('pageshow', function (event) {
    if (sent) location.replace(form.getAttribute('action'));
    else {
      send.disabled = false;
      show(event);
      if (doc.getElementById('errors')) doc.getElementById('errors').focus();
    }
  });
})();
