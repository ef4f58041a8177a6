// What few visits need is asked for after the first tap (extra.js), and where there is a draft or a
// refusal to be shown. It gets these functions, and puts its own beside them.
var more = self.porchlight = {
  pairs: pairs, panel: panel, another: another, isFor: isFor, fill: fill, up: up, tab: tab, forget: forget,
  longer: function () { return opened; },
  resume: function (draft) {
    field('submission').value = draft.id; // it turns the order of the agencies
    field('household').value = draft.household;
    opened = draft.longer;
    panel('');
    if (!hasForm() || draft.hash.length < 2) return;
    route();
    location.hash = draft.hash;
  },
  reveal: function (entry) {
    told = shown = entry.id;
    panel('done');
    fate(entry.outcome);
  }
};

function extra(done) {
  var script = doc.createElement('script');
  if (data('mode') === 'paper') return;
  script.onload = script.onerror = done || nothing;
  script.src = data('extra');
  body.appendChild(script);
}

function hook(name, one) { return more[name] && more[name](one); }

// Where a draft is kept: in this tab, of a person's own phone.
function tab() { return data('mode') === 'own phone' && queue.api(window, 'sessionStorage'); }

function forget() {
  try { tab().removeItem('draft'); } catch (refused) { return; }
}

function recall() {
  try { if (tab().getItem('draft')) extra(); } catch (refused) { return; }
}

// Ticks and writes what was given before: [[name, value]].
function fill(given) {
  given.forEach(function (pair) {
    all('[name="' + pair[0] + '"]', $('survey')).forEach(function (one) {
      if (one.type === 'radio' || one.type === 'checkbox') one.checked = one.checked || one.value === pair[1];
      else if (pair[0] !== 'lang' && pair[0] !== 'ticket') one.value = pair[1];
    });
  });
}
