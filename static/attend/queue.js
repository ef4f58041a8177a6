// Answers wait here, on the phone, until the server has them: each arrives once. The page and the
// service worker share this file. Plain old JavaScript: a phone of 2015 runs it.
var queue = (function (self) {
  var KEPT = 14 * 864e5; // ms: how long people are counted who answered on this phone
  var DAY = 864e5; // ms: how long a refusal that was seen can be looked at again
  var HOUR = 36e5; // no reply may hold an answer back for longer
  var PATIENCE = 5000; // ms: a broken store may never answer
  var STORED = /^(stored|repeated)$/, REFUSED = /^(conflict|closed|other_audience|stopped|no_code|invalid)$/;
  var SHOWN = /^(conflict|closed|no_code|invalid)$/; // refused, and kept for its owner to see

  // A part of the browser; undefined where it is missing or may not be looked at, which throws.
  function api(owner, name) {
    try { return owner[name]; } catch (refused) { return undefined; }
  }

  // Calls work(store) in one transaction and done(result) when that is on the disk; done(null)
  // where the browser keeps nothing.
  function change(name, work, done) {
    var asked, result = null, clock = setTimeout(fail, PATIENCE);
    function end(given) {
      var tell = done;
      done = null;
      clearTimeout(clock);
      if (tell) tell(given);
    }
    function fail() { end(null); }
    try { asked = self.indexedDB.open('porchlight', 1); } catch (refused) { return fail(); }
    asked.onupgradeneeded = function () {
      asked.result.createObjectStore('waiting', { keyPath: 'id' });
      asked.result.createObjectStore('seen', { keyPath: 'event' });
    };
    asked.onerror = asked.onblocked = fail;
    asked.onsuccess = function () {
      var base = asked.result, all;
      try {
        if (!done) return base.close();
        all = base.transaction(name, 'readwrite', { durability: 'strict' });
        all.oncomplete = function () { base.close(); end(result); };
        all.onerror = all.onabort = fail;
        work(all.objectStore(name), function (found) { result = found; });
      } catch (spoiled) { base.close(); fail(); }
    };
  }

  function put(entry, done) {
    change('waiting', function (store, give) { store.put(entry); give(true); }, done);
  }

  function drop(id, done) {
    change('waiting', function (store, give) { store['delete'](id); give(true); }, done);
  }

  // Calls done(all that is kept), or done(null) where that cannot be read.
  function waiting(done) {
    change('waiting', function (store, give) {
      var list = [];
      give(list);
      store.openCursor().onsuccess = function (event) {
        var at = event.target.result;
        if (!at) return;
        list.push(at.value);
        at['continue']();
      };
    }, done);
  }

  // How many people have answered on this phone at this event, `more` of them just now.
  function seen(event, more, done) {
    change('seen', function (store, give) {
      store.get(event).onsuccess = function (found) {
        var row = found.target.result, fresh = row && row.until > Date.now();
        var count = (fresh ? row.count : 0) + more;
        if (more) store.put({ event: event, count: count, until: Date.now() + KEPT });
        else if (row && !fresh) store['delete'](event);
        give(count);
      };
    }, function (count) { done(count || 0); });
  }

  // One tab, or the worker, at a time. A browser without locks may send twice: it counts once.
  function alone(work) {
    var locks = api(self.navigator, 'locks'), begun;
    function begin(release) {
      begun = true;
      work(release);
    }
    function unlocked() { if (!begun) begin(function () {}); }
    if (!locks || !self.Promise) return unlocked();
    try {
      locks.request('porchlight', function () { return new Promise(begin); })['catch'](unlocked);
    } catch (refused) { unlocked(); }
  }

  // Sends what waits. post(entry, done) calls done(status, text, seconds to wait); status 0 means
  // that nothing came back. done(fates) gets {id: outcome}; "waiting" where it is still here.
  // Only the server's word ends an entry: this device's clock may be years wrong. What came of it
  // stays until a page has told it; refused answers stay beside it, for their owner to see.
  function flush(post, done) {
    alone(function (release) {
      waiting(function (list) {
        var fates = {}, pause = 0;
        function next() {
          var entry = list && list.shift(), now = Date.now();
          if (!entry) { release(); return done(fates); }
          if (entry.outcome) return entry.seen && Math.abs(now - entry.seen) > DAY ? drop(entry.id, next) : next();
          // a clock that was set back holds nothing for years
          if (entry.after > now && entry.after <= now + HOUR) return next();
          if (pause) { entry.after = pause; return put(entry, next); }
          post(entry, function (status, text, wait) { settle(entry, status, read(text), wait); });
        }
        // A shared tablet keeps nothing of whoever used it, and no device what nobody agreed to.
        function end(entry, outcome) {
          var own = !/\/(kiosk|paper)$/.test(entry.to);
          fates[entry.id] = outcome;
          if (!own && STORED.test(outcome)) return drop(entry.id, next);
          put({ id: entry.id, to: entry.to, outcome: outcome, body: own && SHOWN.test(outcome) ? entry.body : '' }, next);
        }
        function settle(entry, status, reply, wait) {
          var outcome = reply && reply.outcome;
          if (outcome === 'invalid' && reply.ticket && !entry.renewed) {
            entry.body = entry.body.replace(/(^|&)ticket=[^&]*/, '$1ticket=' + encodeURIComponent(reply.ticket));
            entry.renewed = true;
            list.unshift(entry);
            return put(entry, next);
          }
          // a Wi-Fi's own sign-in page answers 200, too: only our own reply about this one counts
          if (REFUSED.test(outcome) || STORED.test(outcome) && reply.submission === entry.id) return end(entry, outcome);
          if (!status) list = [];
          if (!wait) return next();
          pause = entry.after = Date.now() + Math.min(1000 * wait, HOUR);
          put(entry, next);
        }
        (list || []).forEach(function (one) { fates[one.id] = one.outcome || 'waiting'; });
        next();
      });
    });
  }

  function read(text) {
    try { return JSON.parse(text); } catch (page) { return null; }
  }

  return {
    PAGES: 'pages-1', STORED: STORED, api: api, read: read, put: put, drop: drop, waiting: waiting, seen: seen, flush: flush
  };
})(self);
