// Opens the survey without a signal, and sends what waits when there is one again. Served at
// /s/worker.js behind queue.js; it keeps empty forms and answers that wait, and nothing else.
(function () {
  var FORM = /^\/s\/[^\/.]+(\/(kiosk|later))?$/;
  var EXTRA = /^\/s\/extra\//; // of a page: it never changes under its address
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
    var path = new URL(request.url).pathname;
    if (request.method === 'GET' && EXTRA.test(path)) return event.respondWith(find(request).then(function (kept) { return kept || extra(request); }));
    if (request.method !== 'GET' || !FORM.test(path)) return;
    event.respondWith(form(request).then(function (kept) {
      var fresh = fetch(request).then(function (reply) {
        event.waitUntil(refresh(event, reply, kept)['catch'](nothing));
        return reply;
      });
      if (kept) event.waitUntil(fresh['catch'](nothing));
      return kept || fresh['catch'](function (lost) { return likest(request, lost); });
    }));
  });

  // Gives nothing where no page is kept, or where the browser's store is broken.
  function find(request, how) {
    return caches.open(queue.PAGES).then(function (pages) {
      return pages.match(request, how || { ignoreVary: true });
    })['catch'](nothing);
  }

  // A try-out's form opens from the server alone: on the evening it would count nowhere. On a phone's
  // first visit, before it had this worker, the page itself may have kept one.
  function form(request, how) {
    return find(request, how).then(function (kept) {
      return kept && kept.clone().text().then(function (text) {
        return text.indexOf('name="rehearsal"') < 0 ? kept : undefined;
      });
    })['catch'](nothing);
  }

  function extra(request) {
    return fetch(request).then(function (reply) {
      var copy = reply.clone();
      if (reply.status === 200) caches.open(queue.PAGES).then(function (pages) { return pages.put(request.url, copy); })['catch'](nothing);
      return reply;
    });
  }

  // The same poster's page as it was opened before: in another language, or without the tail that
  // a scanner added to its address.
  function likest(request, lost) {
    return form(request, { ignoreVary: true, ignoreSearch: true }).then(function (kept) {
      if (kept && request.mode === 'navigate') return kept;
      throw lost;
    });
  }

  function refresh(event, reply, kept) {
    var page = reply.clone(), told = reply.clone();
    return caches.open(queue.PAGES).then(function (pages) {
      if (reply.status === 200) {
        return told.text().then(function (text) {
          // a Wi-Fi's own sign-in page; a try-out's form, which on the evening would count nowhere
          if (text.indexOf('id="survey"') < 0 || text.indexOf('name="rehearsal"') > 0) return;
          return pages.put(event.request.url, page).then(function () { tidy(pages, date(reply)); });
        });
      }
      if (!kept || reply.status !== 404 && reply.status !== 410) return;
      return new Promise(queue.waiting).then(function (list) {
        var path = new URL(event.request.url).pathname;
        if (!(list || []).some(function (one) { return one.to === path; })) return forget(event, pages);
      }); // else whoever sent from this page has yet to hear what came of it
    });
  }

  function forget(event, pages) {
    return pages['delete'](event.request, { ignoreVary: true }).then(function () {
      return self.clients.get(event.resultingClientId);
    }).then(function (client) {
      if (client) client.postMessage('gone');
    });
  }

  // By the server's clock: this device's may be years wrong.
  function date(page) { return Date.parse(page.headers.get('Date')); }

  function tidy(pages, now) {
    pages.keys().then(function (requests) {
      requests.forEach(function (request) {
        pages.match(request).then(function (page) {
          if (page && now - date(page) > STALE) pages['delete'](request);
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
    var clock = self.AbortController && new AbortController();
    var late = clock && setTimeout(function () { clock.abort(); }, 30000);
    function end(status, text, wait) {
      clearTimeout(late);
      done(status, text, wait);
    }
    fetch(entry.to, {
      method: 'POST',
      body: entry.body,
      credentials: 'omit',
      signal: clock ? clock.signal : undefined,
      headers: { Accept: 'application/json', 'Content-Type': 'application/x-www-form-urlencoded' }
    }).then(function (reply) {
      return reply.text().then(function (text) {
        end(reply.status, text, parseInt(reply.headers.get('Retry-After'), 10) || 0);
      });
    })['catch'](function () { end(0); });
  }
})();
