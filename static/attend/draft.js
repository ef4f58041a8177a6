// What was ticked or written is kept in this tab until it is sent, so that a reload costs nothing:
// on a person's own phone, for some minutes. Whoever holds the phone then is asked before a tick
// is shown.
var MINUTES = 15 * 6e4, forgetting;

function remember() {
  var given = page.pairs().filter(function (pair) { return pair[2] && pair[2].type !== 'hidden'; });
  if (body.className || !given.length || !page.tab()) return;
  clearTimeout(forgetting);
  forgetting = setTimeout(page.forget, MINUTES);
  try {
    page.tab().setItem('draft', JSON.stringify({
      at: Date.now(), to: form().getAttribute('action'), id: value('submission'), household: value('household'),
      hash: location.hash, longer: page.longer(), given: given.map(function (pair) { return pair.slice(0, 2); })
    }));
  } catch (refused) { return; } // full, or not allowed
}

// What is kept of this form; nothing once it is old, by a clock that may have been set meanwhile.
function kept() {
  var draft = null, age;
  try { draft = JSON.parse(page.tab().getItem('draft')); } catch (refused) { return null; }
  age = draft && Date.now() - draft.at;
  if (draft && age >= 0 && age < MINUTES && draft.to === form().getAttribute('action')) return draft;
  page.forget();
  return null;
}

function resume() {
  var draft = kept();
  if (!draft) return page.another('');
  page.fill(draft.given);
  page.resume(draft);
}
