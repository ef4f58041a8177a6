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

function awake() {
  var idle = $('idle');
  if (!idle || body.className) return;
  clearInterval(ticking);
  idle.hidden = true;
  ticking = setTimeout(function () { count(idle, 15); }, 45000);
}
