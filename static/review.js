// Keeps a reviewer's remarks on this device and saves them as the sheet that
// `flask language review` reads. Without a script there is the empty sheet, and paper.
(function () {
  var tools = document.querySelector('[data-review]'), code = tools.getAttribute('data-review');
  var lines = [].slice.call(document.querySelectorAll('.line')), save = document.getElementById('save');
  var erase = document.getElementById('erase'), name = 'review-' + code, kept = {};

  function box(line, what) { return line.querySelector('[data-' + what + ']'); }
  function cell(text) {
    if (/^[=+\-@\t\r]/.test(text)) text = "'" + text; // a spreadsheet would work it out
    return '"' + text.replace(/"/g, '""') + '"';
  }
  function row(line) {
    var texts = [line.id, line.querySelector('.english').firstChild.textContent, box(line, 'words').textContent];
    return texts.concat(box(line, 'better').value, box(line, 'remark').value).map(cell).join(',');
  }
  function keep() {
    kept = {};
    lines.forEach(function (line) {
      var pair = [box(line, 'better').value, box(line, 'remark').value];
      if (pair[0] || pair[1]) kept[line.id] = pair;
    });
    try { localStorage.setItem(name, JSON.stringify(kept)); } catch (full) { /* the page still holds them */ }
  }
  function fill() {
    lines.forEach(function (line) {
      box(line, 'better').value = (kept[line.id] || [''])[0];
      box(line, 'remark').value = (kept[line.id] || ['', ''])[1];
    });
  }

  try { kept = JSON.parse(localStorage.getItem(name)) || {}; } catch (none) { kept = {}; }
  fill();
  save.hidden = erase.hidden = false;
  document.addEventListener('input', keep);
  erase.addEventListener('click', function () { kept = {}; fill(); keep(); });
  save.addEventListener('click', function () {
    var link = document.createElement('a'), text = '\ufeffkey,english,words,better,remark\r\n' + lines.map(row).join('\r\n') + '\r\n';
    link.href = URL.createObjectURL(new Blob([text], { type: 'text/csv' }));
    link.download = name + '.csv';
    document.body.appendChild(link).click();
    document.body.removeChild(link);
  });
})();
