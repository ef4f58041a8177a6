// What was ticked or written is kept in this tab until it is sent, so that a reload costs nothing:
// on a person's own phone, for some minutes. Whoever holds the phone then is asked before a tick
// is shown.
function tab() { return data('mode') === 'own phone' && queue.api(window, 'sessionStorage'); }

function old(kept) {
  var age = Date.now() - kept.at;
  return !(age >= 0 && age < 9e5) || kept.to !== $('survey').getAttribute('action');
}

function remember() {
  var given = pairs().filter(function (pair) { return pair[2] && pair[2].type !== 'hidden'; });
  if (body.className || !given.length) return;
  clearTimeout(forgetting);
  forgetting = setTimeout(forget, 9e5);
  try {
    tab().setItem('draft', JSON.stringify({
      at: Date.now(), to: $('survey').getAttribute('action'), id: field('submission').value, household: field('household').value,
      hash: location.hash, longer: opened, given: given.map(function (pair) { return pair.slice(0, 2); })
    }));
  } catch (refused) { return; }
}

function forget() {
  draft = null;
  try { tab().removeItem('draft'); } catch (refused) { return; }
}

// Asks whether what is kept is this person's.
function recall() {
  try { draft = JSON.parse(tab().getItem('draft')); } catch (refused) { draft = null; }
  if (!draft) return;
  if (old(draft) || $('errors') || all(':checked', $('survey')).length) return forget();
  panel('draft');
}

function resume() {
  var kept = draft;
  if (!kept || old(kept)) return another('');
  fill(kept.given);
  field('submission').value = kept.id;
  field('household').value = kept.household;
  opened = kept.longer;
  panel('');
  if (!hasForm() || kept.hash.length < 2) return;
  route();
  location.hash = kept.hash;
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
