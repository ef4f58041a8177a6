// A chart stands in the page already, drawn by the server. This lets a reader go from mark to mark,
// and puts Plotly's chart in its place for whoever asks for it; nothing is fetched before that.
(function () {
  var dark = window.matchMedia('(prefers-color-scheme: dark)');
  var LABEL = 50; // px that a year takes, with air around it
  var library = null;

  [].forEach.call(document.querySelectorAll('.chart'), function (box) {
    readOut(box);
    if (window.fetch && window.Promise) offer(box);
  });

  // What a mark says stands below the chart, for a finger, a mouse and the arrow keys alike.
  function readOut(box) {
    var still = box.querySelector('.still'), out = box.querySelector('.readout');
    var marks = [].slice.call(still.querySelectorAll('.mark'));
    var at = -1;
    if (!marks.length) return;
    var hint = still.getAttribute('data-keys');
    out.hidden = false;
    out.textContent = hint;
    still.tabIndex = 0;
    still.addEventListener('focus', function () { out.setAttribute('aria-live', 'polite'); });

    function tell(next) {
      if (marks[at]) marks[at].classList.remove('at');
      at = Math.max(-1, Math.min(marks.length - 1, next));
      if (marks[at]) marks[at].classList.add('at');
      out.textContent = marks[at] ? marks[at].querySelector('title').textContent : hint;
    }

    still.addEventListener('keydown', function (event) {
      var step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (event.key === 'Home') tell(0);
      else if (event.key === 'End') tell(marks.length - 1);
      else if (step) tell(at < 0 && step < 0 ? marks.length - 1 : Math.max(0, at + step));
      else return;
      event.preventDefault();
    });
    still.addEventListener('blur', function () { tell(-1); });
    marks.forEach(function (mark, i) {
      ['pointerenter', 'click'].forEach(function (kind) { mark.addEventListener(kind, function () { tell(i); }); });
    });
    still.addEventListener('pointerleave', function (event) { if (event.pointerType === 'mouse') tell(-1); });
  }

  function offer(box) {
    var button = box.querySelector('.explore'), still = box.querySelector('.still');
    var drawing = box.querySelector('.drawing'), out = box.querySelector('.readout');
    var open = button.textContent, figure = null;
    button.hidden = false;

    function swap(isOpen) {
      drawing.hidden = !isOpen;
      still.hidden = isOpen;
      out.textContent = isOpen ? '' : still.getAttribute('data-keys');
      button.textContent = isOpen ? button.getAttribute('data-close') : open;
    }

    button.addEventListener('click', function () {
      if (!drawing.hidden) return swap(false);
      if (figure) { swap(true); return draw(box, figure); }
      out.hidden = false;
      out.textContent = box.getAttribute('data-loading');
      start(box).then(function (loaded) {
        figure = loaded;
        swap(true);
        return draw(box, figure);
      }).catch(function () {
        swap(false);
        out.textContent = box.getAttribute('data-failed');
      });
    });
    redrawn(box, function () { return drawing.hidden ? null : figure; });
  }

  function redrawn(box, shown) {
    var width = box.clientWidth, rest;
    window.addEventListener('resize', function () {
      clearTimeout(rest);
      rest = setTimeout(function () {
        if (shown() && box.clientWidth !== width) draw(box, shown());
        width = box.clientWidth;
      }, 200);
    });
    dark.addEventListener('change', function () { if (shown()) draw(box, shown()); });
  }

  function start(box) {
    var address = box.getAttribute('data-chart');
    var columns = Math.max(1, Math.min(3, Math.floor(box.clientWidth / 300)));
    var figure = fetch(address + (address.indexOf('?') < 0 ? '?' : '&') + 'columns=' + columns).then(function (reply) {
      if (!reply.ok) throw new Error(reply.status);
      return reply.json();
    });
    return Promise.all([figure, load(box)]).then(function (both) { return bare(both[0]); });
  }

  function load(box) {
    library = library || new Promise(function (done, failed) {
      var style = document.createElement('link');
      style.id = 'plotly.js-style-global'; // so named, it is taken for Plotly's own inline style
      style.className = 'no-inline-styles';
      style.rel = 'stylesheet';
      style.href = box.getAttribute('data-style');
      document.head.appendChild(style);
      var script = document.createElement('script');
      script.src = box.getAttribute('data-script');
      script.onload = done;
      script.onerror = function () { library = null; failed(); };
      document.head.appendChild(script);
    });
    return library;
  }

  // Around the figure the page has its title, note and source as text: inside they would be twice.
  function bare(figure) {
    var layout = figure.layout;
    delete layout.title;
    layout.annotations = (layout.annotations || []).filter(function (one) { return one.name !== 'note'; });
    layout.margin = { l: 44, r: layout.meta.across ? 56 : 16, t: 44, b: 36 };
    layout.showlegend = false; // the page's own key stays
    return figure;
  }

  function draw(box, figure) {
    var drawing = box.querySelector('.drawing');
    var roles = (figure.layout.meta || {}).roles || {};
    var painted = recolour(figure, roles, getComputedStyle(document.documentElement));
    Object.keys(painted.layout).forEach(function (name) {
      if (/^xaxis\d*$/.test(name) && painted.layout[name].tickvals && !painted.layout.meta.across) thin(painted.layout[name], box.clientWidth);
    });
    drawing.textContent = '';
    drawing.setAttribute('role', 'img');
    drawing.setAttribute('aria-label', drawing.getAttribute('data-label'));
    return window.Plotly.newPlot(drawing, painted.data, painted.layout, {
      responsive: true, displaylogo: false, displayModeBar: false, showSendToCloud: false, plotlyServerURL: ''
    });
  }

  // A figure names the role of each of its colours; the page says what the role looks like now.
  function recolour(part, roles, style) {
    if (typeof part === 'string') {
      var role = roles[part];
      return (role && style.getPropertyValue('--chart-' + role).trim()) || part;
    }
    if (Array.isArray(part)) return part.map(function (one) { return recolour(one, roles, style); });
    if (!part || typeof part !== 'object') return part;
    return Object.keys(part).reduce(function (copy, key) {
      copy[key] = key === 'meta' ? part[key] : recolour(part[key], roles, style);
      return copy;
    }, {});
  }

  // A phone has no room for every year: the newest and every second or third before it.
  function thin(axis, width) {
    var all = axis.tickvals.length, step = Math.ceil(all * LABEL / width);
    function kept(_, i) { return (all - 1 - i) % step === 0; }
    if (step < 2 || all < 3) return;
    axis.ticktext = axis.ticktext.filter(kept);
    axis.tickvals = axis.tickvals.filter(kept);
  }
})();
