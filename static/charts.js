// Draws the charts, after the sentence and the table are there to read. Each is fetched as JSON
// when it comes near the screen; colours follow the page's own tokens, so dark mode and print fit.
(function () {
  var boxes = [].slice.call(document.querySelectorAll('.chart'));
  if (!boxes.length || !window.fetch || !window.Promise) return;
  var LABEL = 50; // px that a year takes, with air around it
  var library = null;
  var dark = window.matchMedia('(prefers-color-scheme: dark)');

  function load(address) {
    library = library || new Promise(function (done, failed) {
      var script = document.createElement('script');
      script.src = address;
      script.onload = done;
      script.onerror = failed;
      document.head.appendChild(script);
    });
    return library;
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

  // Around the figure the page has its title, note and source as text: inside they would be twice.
  function bare(figure) {
    var layout = figure.layout;
    delete layout.title;
    layout.annotations = (layout.annotations || []).filter(function (one) { return one.name !== 'note'; });
    layout.margin = { l: 44, r: 12, t: 44, b: 36 };
    return figure;
  }

  // A phone has no room for every year: the newest and every second or third before it.
  function thin(axis, width) {
    var all = axis.tickvals.length, step = Math.ceil(all * LABEL / width);
    function kept(_, i) { return (all - 1 - i) % step === 0; }
    if (step < 2 || all < 3) return;
    axis.ticktext = axis.ticktext.filter(kept);
    axis.tickvals = axis.tickvals.filter(kept);
  }

  function draw(figureBox, figure) {
    var box = figureBox.querySelector('.drawing');
    var roles = (figure.layout.meta || {}).roles || {};
    var painted = recolour(figure, roles, getComputedStyle(document.documentElement));
    Object.keys(painted.layout).forEach(function (name) {
      if (/^xaxis\d*$/.test(name) && painted.layout[name].tickvals) thin(painted.layout[name], figureBox.clientWidth);
    });
    box.textContent = '';
    box.setAttribute('role', 'img');
    box.setAttribute('aria-label', box.getAttribute('data-label'));
    return window.Plotly.newPlot(box, painted.data, painted.layout, {
      responsive: true, displaylogo: false, displayModeBar: false, showSendToCloud: false, plotlyServerURL: ''
    });
  }

  function start(box) {
    var script = load(box.getAttribute('data-script'));
    var address = box.getAttribute('data-chart');
    var columns = Math.max(1, Math.min(3, Math.floor(box.clientWidth / 300)));
    var figure = fetch(address + (address.indexOf('?') < 0 ? '?' : '&') + 'columns=' + columns).then(function (reply) {
      if (!reply.ok) throw new Error(reply.status);
      return reply.json();
    });
    Promise.all([figure, script]).then(function (both) {
      var width = box.clientWidth, rest;
      bare(both[0]);
      draw(box, both[0]);
      window.addEventListener('resize', function () {
        clearTimeout(rest);
        rest = setTimeout(function () {
          if (box.clientWidth !== width) draw(box, both[0]);
          width = box.clientWidth;
        }, 200);
      });
      dark.addEventListener('change', function () { draw(box, both[0]); });
    }).catch(function () {
      box.querySelector('.drawing').textContent = box.getAttribute('data-failed');
    });
  }

  boxes.forEach(function (box) {
    box.hidden = false;
    if (!window.IntersectionObserver) return start(box);
    var watch = new IntersectionObserver(function (seen) {
      if (!seen.some(function (one) { return one.isIntersecting; })) return;
      watch.disconnect();
      start(box);
    }, { rootMargin: '300px' });
    watch.observe(box);
  });
})();
