// A shared tablet: says how many seconds are left, then starts over.
function count(where, seconds) {
  var line = where.querySelector('.ticking') || where, text = line.getAttribute('data-ticking');
  clearInterval(ticking);
  function tick() {
    line.textContent = text.replace('{number}', seconds);
    line.hidden = line.parentNode.hidden = false;
    if (seconds-- <= 0) another('');
  }
  tick();
  ticking = setInterval(tick, 1000);
}

// Somebody is here: the time until answers are wiped begins anew.
function awake() {
  if (!$('idle') || body.className) return;
  clearInterval(ticking);
  $('idle').hidden = true;
  ticking = setTimeout(function () {
    if ($('survey').className !== 'start' || all(':checked', $('survey')).length) count($('idle'), 15);
  }, 45000);
}

// The next person finds the tablet as it was set up: nothing on it, and in its own language.
function asSetUp() {
  if (!$('idle')) return;
  $('idle').hidden = true;
  if (doc.documentElement.lang !== tongue) translate(tongue);
}
