(() => {
  const choose = document.createElement('label'), select = document.createElement('select');
  choose.append('Method ', select); byId('choices').append(choose);
  data.methods.forEach((method, i) => select.add(new Option(method.name, i)));
  const svg = byId('cart'), scale = 640 / (2 * data.widest + 1), middle = 320, floor = 190;
  made(svg, 'path', { class: 'axis', d: `M${middle - data.widest * scale} ${floor + 16}H${middle + data.widest * scale}` });
  for (const side of [-1, 1]) made(svg, 'path', { stroke: 'var(--warn)', 'stroke-width': 3,
    d: `M${middle + side * data.widest * scale} ${floor + 4}v22` });
  const cart = made(svg, 'rect', { width: 64, height: 24, y: floor - 10, rx: 4, fill: 'var(--faint)' });
  const pole = made(svg, 'line', { stroke: 'var(--link)', 'stroke-width': 9, 'stroke-linecap': 'round' });
  const joint = made(svg, 'circle', { r: 4, cy: floor - 10, fill: 'var(--ink)' });
  const plot = chart(byId('lengths'), [40, 18, 560, 126], data.methods[0].lengths.length, data.longest,
    ['episodes', 'mean pushes of ten episodes: ' + data.methods.map((m, i) => m.name + [' solid', ' dashed'][i]).join(', ')]);
  data.methods.forEach((method, i) => {
    const mean = method.lengths.map((_, n) => method.lengths.slice(Math.max(0, n - 9), n + 1))
      .map((part, n) => [n + 1, part.reduce((a, b) => a + b, 0) / part.length]);
    set(plot.line(['', '5 3'][i], 1.6), { points: plot.points(mean) });
  });
  const mark = made(byId('lengths'), 'line', { stroke: 'var(--warn)', 'stroke-width': 1.5, y1: 18, y2: 144 });
  let method, shown, at;
  const pushes = () => method.shown[shown].x.length - 1;
  const model = {
    rate: speed => 50 * 4 ** ((speed - 40) / 60),
    restart: () => { method = data.methods[Number(select.value)]; shown = 0; at = 0; },
    forward: () => {
      if (at < pushes()) { at += 1; return true; }
      if (shown + 1 === method.shown.length) return false;
      shown += 1; at = 0;
      return true;
    },
    leap: () => {
      if (at < pushes() && at === 0 && shown === 0) { at = pushes(); return true; }
      if (shown + 1 === method.shown.length) { at = pushes(); return false; }
      shown += 1; at = steady.matches ? pushes() : 0;
      return true;
    },
    show: () => {
      const one = method.shown[shown], x = middle + one.x[at] * scale, angle = one.angle[at], long = 130;
      set(cart, { x: x - 32 }); set(joint, { cx: x });
      set(pole, { x1: x, y1: floor - 10, x2: x + long * Math.sin(angle), y2: floor - 10 - long * Math.cos(angle) });
      const [across] = plot.at(one.episode, 0);
      set(mark, { x1: across, x2: across });
      told('episode', `${one.episode} of ${method.lengths.length}`); told('push', `${at} of ${pushes()}`);
      told('longest', `${Math.max(...method.lengths.slice(0, one.episode))} pushes`);
      told('angle', `${signed(angle * 180 / Math.PI, 1)}° from upright, cart at ${signed(one.x[at], 2)} m`);
    },
    said: () => {
      const one = method.shown[shown], n = pushes();
      return `Episode ${one.episode} with ${method.name}, push ${at}: ` +
        (at < n ? 'the pole is up.' : n === data.longest ? 'the pole stayed up to the end.' : `the episode ended after ${n} pushes.`);
    },
  };
  player(model);
})();
