(() => {
  const choose = document.createElement('label'), select = document.createElement('select');
  choose.append('Exploration ε ', select); byId('choices').append(choose);
  data.walks.forEach((walk, i) => select.add(new Option(walk.epsilon.toString(), i, walk.epsilon === .3, walk.epsilon === .3)));
  const size = 280 / data.picture.length, half = size / 2, svg = byId('grid'), parts = [];
  const place = s => [data.cells[s][1] * size, data.cells[s][0] * size];
  data.picture.forEach((row, i) => [...row].forEach((c, j) => {
    if (c === '#') made(svg, 'rect', { x: j * size, y: i * size, width: size, height: size, fill: 'var(--faint)' });
  }));
  const goal = data.cells.findIndex(([i, j]) => data.picture[i][j] === 'G');
  const start = data.cells.findIndex(([i, j]) => data.picture[i][j] === 'S');
  data.cells.forEach((cell, s) => {
    const [x, y] = place(s), m = [x + half, y + half], gap = 1.6;
    made(svg, 'rect', { x, y, width: size, height: size, fill: 'var(--paper)', stroke: 'var(--rule)' });
    const corners = [[x + gap, y + gap], [x + size - gap, y + gap], [x + size - gap, y + size - gap], [x + gap, y + size - gap]];
    const sides = [[0, 1], [2, 3], [3, 0], [1, 2]];
    parts.push(s === goal ? [] : sides.map(([a, b]) => made(svg, 'polygon',
      { points: [corners[a], corners[b], m].map(p => p.join()).join(' '), fill: 'var(--link)', 'stroke-linejoin': 'round' })));
  });
  for (const [s, letter] of [[goal, 'G'], [start, 'S']]) {
    const [x, y] = place(s);
    made(svg, 'circle', { cx: x + half, cy: y + half, r: 8.5, fill: 'var(--paper)', stroke: 'var(--ink)' });
    made(svg, 'text', { x: x + half, y: y + half + 4, 'text-anchor': 'middle', 'font-size': 11, 'font-weight': 700 }, letter);
  }
  const agent = made(svg, 'circle', { r: 7, fill: 'var(--warn)', stroke: 'var(--paper)', 'stroke-width': 2 });
  const most = 260, plot = chart(byId('lengths'), [30, 16, 222, 84], data.walks[0].episodes.length, most,
    ['episodes', 'steps of each episode']), line = plot.line();
  let walk, q, episode, at, state, total, lengths;
  const best = s => q[s].indexOf(Math.max(...q[s]));
  const greedy = () => {
    let s = start, n = 0;
    while (s !== goal && n <= data.cells.length) { s = data.leads[s][best(s)]; n += 1; }
    return s === goal ? n : null;
  };
  const model = {
    rate: speed => 2 * 10 ** (speed / 33),
    restart: () => {
      walk = data.walks[Number(select.value)].episodes; q = data.cells.map(() => [0, 0, 0, 0]);
      episode = 0; at = 0; state = start; total = 0; lengths = [];
    },
    forward: () => {
      if (at === walk[episode].actions.length) {
        if (episode + 1 === walk.length) return false;
        episode += 1; at = 0; state = start; total = 0;
      }
      const a = Number(walk[episode].actions[at]), next = data.leads[state][a];
      q[state][a] = walk[episode].values[at];
      total += next === goal ? data.goal_reward : data.step_reward;
      state = next; at += 1; lengths[episode] = at;
      return true;
    },
    leap: () => {
      let more = model.forward();
      while (more && at < walk[episode].actions.length) more = model.forward();
      return more;
    },
    show: () => {
      const all = q.flat(), low = Math.min(...all), high = Math.max(...all, low + 1e-9);
      parts.forEach((four, s) => four.forEach((part, a) => set(part, {
        'fill-opacity': (.06 + .9 * (q[s][a] - low) / (high - low)).toFixed(3),
        stroke: q[s].some(v => v !== 0) && a === best(s) ? 'var(--ink)' : 'none' })));
      const [x, y] = place(state);
      set(agent, { cx: x + half, cy: y + half });
      set(line, { points: plot.points(lengths.map((n, i) => [i + 1, n])) });
      const n = greedy(), far = Math.max(...q.flatMap((row, s) => s === goal ? [0] : row.map((v, a) => Math.abs(v - data.best[s][a]))));
      told('episode', `${episode + 1} of ${walk.length}`); told('steps', String(at)); told('total', signed(total, 2));
      told('path', n === null ? 'does not reach the goal yet' : `${n} steps`); told('distance', signed(far, 3));
    },
    said: () => {
      const n = greedy(), [row, column] = data.cells[state];
      return `Episode ${episode + 1}, step ${at}: the agent is in row ${row + 1}, column ${column + 1}. ` +
        (n === null ? 'Its best moves do not lead to the goal yet.' : `Its best moves lead to the goal in ${n} steps.`);
    },
  };
  player(model);
})();
