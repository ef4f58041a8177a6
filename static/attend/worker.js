// Opens the survey without a signal, and sends what waits when there is one again. Served at
// /s/worker.js behind queue.js; it keeps empty forms and answers that wait, and nothing else.
(function () {
  var FORM = /^\/s\/[^\/.]+(\/(kiosk|later))?$/;
  var STALE = 45 * 864e5; // ms: past the follow-up, a poster's page is of no use

  function nothing() {}

  self.addEventListener('install', function () { self.skipWaiting(); });

  self.addEventListener('activate', function (event) {
    event.waitUntil(caches.keys().then(function (names) {
      return Promise.all(names.map(function (name) {
        return name === queue.PAGES ? null : caches['delete'](name);
      }));
    }).then(function () { return self.clients.claim(); }));
  });

  // The kept page at once, and a fresh one for the next time.
  self.addEventListener('fetch', function (event) {
    var request = event.request;
    if (request.method !== 'GET' || !FORM.test(new URL(request.url).pathname)) return;
    event.respondWith(caches.open(queue.PAGES).then(function (pages) {
      return pages.match(request, { ignoreVary: true }).then(function (kept) {
        var fresh = fetch(request).then(function (reply) { return refresh(pages, request, reply, kept); });
        if (!kept) return fresh;
        event.waitUntil(fresh['catch'](nothing));
        return kept;
      });
    }));
  });

  function refresh(pages, request, reply, kept) {
    if (reply.status === 200) {
      pages.put(request, reply.clone());
      tidy(pages);
    } else if (reply.status < 500 && kept) {
      pages['delete'](request);
      self.clients.matchAll().then(function (open) {
        open.forEach(function (page) { page.postMessage('gone'); });
      });
    }
    return reply;
  }

  function tidy(pages) {
    pages.keys().then(function (requests) {
      requests.forEach(function (request) {
        pages.match(request).then(function (page) {
          if (page && Date.now() - Date.parse(page.headers.get('Date')) > STALE) pages['delete'](request);
        });
      });
    });
  }

  self.addEventListener('sync', function (event) {
    event.waitUntil(new Promise(function (done, again) {
      queue.flush(post, function (fates) {
        for (var id in fates) if (fates[id] === 'waiting') return again(); // the browser asks later
        done();
      });
    }));
  });

  function post(entry, done) {
    fetch(entry.to, {
      method: 'POST',
      body: entry.body,
      credentials: 'omit',
      headers: { Accept: 'application/json', 'Content-Type': 'application/x-www-form-urlencoded' }
    }).then(function (reply) {
      return reply.text().then(function (text) {
        done(reply.status, text, parseInt(reply.headers.get('Retry-After'), 10) || 0);
      });
    })['catch'](function () { done(0); });
  }
})();
