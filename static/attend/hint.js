var accepted = '', pressed;

// A comment that could tell who somebody is gets a gentle word before it is sent. Only this phone
// looks; it may be wrong, so whoever wrote it decides. Digits are those of every language here.
var DIGIT = '[0-9\\u0660-\\u0669\\u06f0-\\u06f9\\u0966-\\u096f\\u09e6-\\u09ef\\u1040-\\u1049]';
var PHONE = new RegExp('[+(]?' + DIGIT + '(?:[\\s().\\u2010-\\u2015-]{0,2}' + DIGIT + '){6,14}');
var MAIL = /[^\s@<>()]+@[^\s@<>()]+\.[^\s@<>().,;!?]{2,}/;
var PLATE = /\b(?:[A-Z]{3}[ -]?(?!(?:19|20)\d\d\b)\d{3,4}|\d[A-Z]{3}\d{3}|(?!911)\d{3}[ -]?[A-Z]{3})\b/;
var DATE = /^(?:(?:19|20)\d\d\D{0,3}(?:19|20)\d\d|\d{4}-\d\d?-\d\d?|\d\d?[.-]\d\d?[.-]\d{4})$/;

// [which kind, the part of the text], or nothing.
function telling(text) {
  var badge = new RegExp('(?:' + $('hint').getAttribute('data-badge') + '|#|\\u2116)\\D{0,8}' + DIGIT + '{2,}', 'i'), found;
  [PHONE, MAIL, badge, PLATE].some(function (sign, kind) {
    var match = sign.exec(text);
    if (match && !DATE.test(match[0])) found = [Math.min(kind, 2), match[0]];
    return found;
  });
  return found;
}

// Whether something is to be said before this button is followed.
function gentle(button) {
  var sends = /^send/.test(button.value), box, found;
  if (!$('hint')) return false;
  box = all('textarea', form()).filter(function (one) { return one.value !== accepted && (one.offsetParent || sends) && page.isFor(page.up(one, 'SECTION')); })[0];
  found = box && telling(box.value);
  if (!found) return false;
  pressed = button;
  $('hint').querySelector('b').textContent = $('hint').getAttribute('data-kinds').split('|')[found[0]];
  $('hint').querySelector('mark').textContent = found[1];
  $('hint').hidden = false;
  box.parentNode.appendChild($('hint'));
  if (!box.offsetParent) location.hash = page.up(box, 'SECTION').id;
  setTimeout(function () { $('hint').focus(); }, 50); // the screen's heading takes the focus first
  return true;
}

// Away, and out of the screen that it stood on.
function put() {
  $('hint').hidden = true;
  form().parentNode.insertBefore($('hint'), form());
}

function settle(leave) {
  var box = $('hint').parentNode.querySelector('textarea'), found;
  put();
  while (!leave && (found = telling(box.value))) box.value = box.value.replace(found[1], '').replace(/ {2,}/g, ' ').trim();
  accepted = box.value;
  remember();
  if (leave) pressed.click();
  else box.focus();
}
