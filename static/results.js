// Finding a place while typing, and copying the sentence. Without this both work: the form has a
// page of its own, and one tap selects the sentence.
(function () {
  var WAIT = 150; // ms after the last letter

  function start(form) {
    var input = form.querySelector('input[type="search"]');
    var status = form.querySelector('[role="status"]');
    var list = document.createElement('ul');
    var timer, asked = 0, at = -1;
    list.className = 'found';
    list.id = 'found';
    list.setAttribute('role', 'listbox');
    list.setAttribute('aria-label', form.querySelector('label').textContent);
    list.hidden = true;
    form.appendChild(list);
    input.setAttribute('role', 'combobox');
    input.setAttribute('aria-autocomplete', 'list');
    input.setAttribute('aria-controls', 'found');
    input.setAttribute('aria-expanded', 'false');

    function close() {
      list.hidden = true;
      at = -1;
      input.setAttribute('aria-expanded', 'false');
      input.removeAttribute('aria-activedescendant');
    }

    function move(to) {
      var options = list.children;
      if (!options.length) return;
      if (options[at]) options[at].setAttribute('aria-selected', 'false');
      at = (to + options.length) % options.length;
      options[at].setAttribute('aria-selected', 'true');
      input.setAttribute('aria-activedescendant', options[at].id);
      options[at].scrollIntoView({ block: 'nearest' });
    }

    function show(found) {
      list.textContent = '';
      found.forEach(function (place, i) {
        var option = document.createElement('li'), name = document.createElement('b'), area = document.createElement('span');
        option.id = 'found-' + i;
        option.setAttribute('role', 'option');
        option.setAttribute('aria-selected', 'false');
        option.setAttribute('data-to', place.to);
        name.textContent = place.name;
        area.textContent = place.in;
        option.appendChild(name);
        option.appendChild(area);
        list.appendChild(option);
      });
      at = -1;
      list.hidden = !found.length;
      input.setAttribute('aria-expanded', String(!!found.length));
      status.textContent = form.getAttribute('data-count').replace('{}', found.length);
    }

    function ask() {
      var mine = ++asked;
      if (input.value.trim().length < 2) return close();
      fetch(form.getAttribute('data-places') + '?' + new URLSearchParams(new FormData(form))).then(function (reply) {
        return reply.ok ? reply.json() : [];
      }).then(function (found) {
        if (mine === asked) show(found);
      }).catch(close);
    }

    input.addEventListener('input', function () {
      clearTimeout(timer);
      timer = setTimeout(ask, WAIT);
    });
    input.addEventListener('keydown', function (event) {
      if (event.key === 'Escape') return close();
      if (list.hidden) return;
      if (event.key === 'ArrowDown') move(at + 1);
      else if (event.key === 'ArrowUp') move(at < 0 ? -1 : at - 1);
      else if (event.key === 'Enter' && at >= 0) location.href = list.children[at].getAttribute('data-to');
      else return;
      event.preventDefault();
    });
    list.addEventListener('mousedown', function (event) {
      var option = event.target.closest('[role="option"]');
      event.preventDefault(); // the field keeps the focus until the page is left
      if (option) location.href = option.getAttribute('data-to');
    });
    input.addEventListener('blur', close);
  }

  function copies(button) {
    var said = document.getElementById(button.getAttribute('data-copy'));
    button.hidden = false;
    button.addEventListener('click', function () {
      navigator.clipboard.writeText(said.textContent.trim()).then(function () {
        button.textContent = button.getAttribute('data-done');
      }, function () {
        getSelection().selectAllChildren(said);
      });
    });
  }

  if (window.fetch && window.URLSearchParams) [].forEach.call(document.querySelectorAll('form.find'), start);
  if (navigator.clipboard) [].forEach.call(document.querySelectorAll('.copy'), copies);
})();
