// The page in another language, with every answer kept; without a signal from the kept pages.
function translate(code) {
  var request = new XMLHttpRequest(), given = pairs(), id = field('submission').value, hash = location.hash, place = scrollY;
  request.open('GET', location.pathname + '?lang=' + code); // a card's code is in its path
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
    fill(given);
    field('submission').value = id;
    if (hash && hash !== '#start' && hasForm()) route();
    mark('replaceState', null, location.pathname + '?lang=' + code + hash);
    if (hash) location.replace(hash); // the screen in sight is a new element: name it again
    mark('replaceState', { step: step });
    if (more.offer) extra();
    refresh();
    scrollTo(0, place);
  };
  request.onerror = request.ontimeout = function () { say($('stay').getAttribute('data-signal')); };
  request.send();
}

// The survey opens again without a signal, in every language it has.
function keepPages() {
  if (!workers || !queue.api(window, 'caches')) return;
  workers.register(data('worker')).then(function () {
    if (!workers.controller) keep([location.pathname + location.search], 'force-cache');
  })['catch'](nothing);
}

// The poster's survey is closed: while nothing is ticked, the server's page says so.
function gone() {
  if (!body.className && !all(':checked', $('survey')).length) location.reload();
}

function keep(addresses, how) {
  if (!workers || !queue.api(window, 'caches')) return;
  caches.open(queue.PAGES).then(function (pages) {
    addresses.forEach(function (address) {
      pages.match(address, { ignoreVary: true }).then(function (kept) {
        if (kept) return;
        address = new Request(address, { cache: how, headers: { Purpose: 'prefetch' } });
        // a worker that is awake keeps the page itself; put in twice, it could be lost between
        (workers.controller ? fetch(address) : pages.add(address))['catch'](nothing);
      });
    });
  })['catch'](nothing);
}
