// What few visits need, in a file of its own that comes after the first tap, with its words: the
// first visit stays small. It is run once more where the page changes its language.
page.remember = remember;
page.gentle = gentle;
page.leave = leave;
page.offer = function () {
  if (!$('refused')) return; // the page has just changed its language: the words come with this file
  $('refused').hidden = !page.refused;
  if (page.arrived) $('arrived').textContent = $('refused').getAttribute('data-arrived');
};
page.done = function () {
  if (!page.sent || !$('told')) return;
  receipt(page.sent[0]);
  remind(page.sent[1].id);
  $('later').hidden = !$('done').getAttribute('data-day') || !page.isFor($('later'));
};
page.press = function (button) {
  if (button.id === 'draft-yes') resume();
  else if (button.id === 'hint-out' || button.id === 'hint-leave') settle(button.id === 'hint-leave');
  else if (button.id === 'refused') reveal(page.refused);
};

if (!$('hint')) {
  form().insertAdjacentHTML('beforebegin', html[0]);
  if ($('more')) $('more').innerHTML = html[1];
}
page.offer();
page.done();
if (body.className || $('errors') || all(':checked', form()).length) remember();
else if (kept()) page.panel('draft');
