(() => {
  const choose = document.createElement('label'), select = document.createElement('select');
  choose.append('Run ', select); byId('choices').append(choose);
  data.strategies[0].runs.forEach((run, i) => select.add(new Option(String(i + 1), i)));
  const dashes = ['', '5 3', '1.5 2.5'], best = Math.max(...data.means), width = 640 / data.strategies.length;
  const bars = data.strategies.map((strategy, i) => {
    const svg = byId('arms'), left = i * width;
    made(svg, 'text', { x: left + 4, y: 14, 'font-size': 12, 'font-weight': 700 }, strategy.name);
    return data.means.map((mean, a) => {
      const x = left + 8 + a * (width - 20) / 5;
      made(svg, 'text', { x: x + 15, y: 166, 'text-anchor': 'middle', 'font-size': 10 }, 'arm ' + (a + 1));
      made(svg, 'text', { x: x + 15, y: 180, 'text-anchor': 'middle', 'font-size': 10, class: 'quiet' }, String(mean));
      return { bar: made(svg, 'rect', { x, width: 30, fill: mean === best ? 'var(--link)' : 'var(--faint)' }),
        count: made(svg, 'text', { x: x + 15, 'text-anchor': 'middle', 'font-size': 10 }, '0') };
    });
  });
  const highest = 350, plot = chart(byId('regret'), [40, 18, 560, 126], data.pulls, highest, ['pulls', 'regret: ' + data.strategies.map((s, i) => s.name.split(',')[0] + [' solid', ' dashed', ' dotted'][i]).join(', ')]);
  const lines = data.strategies.map((_, i) => plot.line(dashes[i], 1.8));
  told('many', `Mean regret of ${data.many} runs after ${data.pulls} pulls`);
  const rows = data.strategies.map(strategy => {
    const row = byId('rows').insertRow(), head = document.createElement('th');
    head.scope = 'row'; head.textContent = strategy.name; row.append(head);
    const cells = [0, 1, 2, 3].map(() => row.insertCell());
    cells.forEach(cell => cell.className = 'number');
    cells[3].textContent = `${strategy.regret.mean.toFixed(1)} ± ${strategy.regret.error.toFixed(1)}`;
    return cells;
  });
  let at, seen;
  const model = {
    rate: speed => 2 * 10 ** (speed / 36),
    restart: () => {
      at = 0;
      seen = data.strategies.map(s => ({ run: s.runs[Number(select.value)], counts: data.means.map(() => 0),
        sums: data.means.map(() => 0), regret: [0] }));
    },
    forward: () => {
      if (at === data.pulls) return false;
      for (const one of seen) {
        const arm = Number(one.run.arms[at]);
        one.counts[arm] += 1; one.sums[arm] += one.run.rewards[at];
        one.regret.push(one.regret[at] + best - data.means[arm]);
      }
      at += 1;
      return true;
    },
    leap: () => { let more = true; for (let i = 0; i < 100 && more; i += 1) more = model.forward(); return more; },
    show: () => seen.forEach((one, i) => {
      one.counts.forEach((n, a) => {
        const height = 118 * n / Math.max(at, 1), y = 152 - height;
        set(bars[i][a].bar, { y, height }); set(bars[i][a].count, { y: y - 4 }); bars[i][a].count.textContent = n;
      });
      const every = Math.max(1, Math.floor(at / 200));
      const points = one.regret.map((v, n) => [n, v]).filter(([n]) => n % every === 0 || n === at);
      set(lines[i], { points: plot.points(points) });
      const means = one.counts.map((n, a) => n ? signed(one.sums[a] / n, 2) : '—').join('  ');
      const shown = [signed(one.sums.reduce((a, b) => a + b, 0), 1), signed(one.regret[at], 2), means];
      shown.forEach((said, c) => { rows[i][c].textContent = said; });
    }),
    said: () => `After ${at} of ${data.pulls} pulls the regret is ` +
      seen.map((one, i) => `${signed(one.regret[at], 1)} for ${data.strategies[i].name}`).join(', ') + '.',
  };
  player(model);
})();
