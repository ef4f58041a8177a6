// The page in another language, with every answer kept; without a signal from the kept pages.
function translate(code) {
  var request = new XMLHttpRequest(), given = pairs(), id = field('submission').value, hash = location.hash, place = scrollY;
  request.open('GET', $('survey').getAttribute('action') + '?lang=' + code);
  request.responseType = 'document';
  request.setRequestHeader('Purpose', 'prefetch'); // nobody opened the poster once more
  request.timeout = 30000;
  request.onload = function () {
    var page = request.response;
    if (request.status !== 200 || !page || !page.getElementById('survey')) return request.onerror();
    doc.documentElement.lang = page.documentElement.lang;
    doc.documentElement.dir = page.documentElement.dir;
    doc.title = page.title;
    body.innerHTML = page.body.innerHTML;
    given.forEach(function (pair) {
      all('[name="' + pair[0] + '"]', $('survey')).forEach(function (one) {
        if (one.type === 'radio' || one.type === 'checkbox') one.checked = one.checked || one.value === pair[1];
        else if (pair[0] !== 'lang' && pair[0] !== 'ticket') one.value = pair[1];
      });
    });
    field('submission').value = id;
    if (hash && hash !== '#start' && hasForm()) route();
    history.replaceState(null, '', $('survey').getAttribute('action') + '?lang=' + code + hash);
    if (hash) location.replace(hash); // the screen in sight is a new element: name it again
    history.replaceState({ step: step }, '');
    refresh();
    scrollTo(0, place);
  };
  request.onerror = request.ontimeout = function () { say($('stay').getAttribute('data-signal')); };
  request.send();
}

// The survey opens again without a signal, in every language it has.
function keepPages() {
  if (!navigator.serviceWorker || !window.caches) return;
  navigator.serviceWorker.register(data('worker')).then(function () {
    if (!navigator.serviceWorker.controller) keep([location.pathname + location.search], 'force-cache');
  })['catch'](function () {});
}

// The poster's survey is closed: while nothing is ticked, the server's page says so.
function gone() {
  if (!body.className && !all(':checked', $('survey')).length) location.reload();
}

function keep(addresses, how) {
  if (!navigator.serviceWorker || !window.caches) return;
  caches.open(queue.PAGES).then(function (pages) {
    addresses.forEach(function (address) {
      pages.match(address, { ignoreVary: true }).then(function (kept) {
        if (kept) return;
        address = new Request(address, { cache: how, headers: { Purpose: 'prefetch' } });
        // a worker that is awake keeps the page itself; put in twice, it could be lost between
        (navigator.serviceWorker.controller ? fetch(address) : pages.add(address))['catch'](function () {});
      });
    });
  })['catch'](function () {});
}
