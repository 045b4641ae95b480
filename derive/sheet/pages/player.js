'use strict';
const data = JSON.parse(document.getElementById('data').textContent);
const byId = id => document.getElementById(id);
const made = (parent, tag, attributes, words) => {
  const node = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  if (words !== undefined) node.textContent = words;
  return parent.appendChild(node);
};
const set = (node, attributes) => { for (const [k, v] of Object.entries(attributes)) node.setAttribute(k, v); };
const told = (id, words) => { const node = byId(id); if (node.textContent !== words) node.textContent = words; };
const signed = (value, digits) => (Math.abs(value) < .5 * 10 ** -digits ? 0 : value).toFixed(digits).replace('-', '\u2212');
const steady = matchMedia('(prefers-reduced-motion: reduce)');
// model: forward() makes one step and is false at the end, leap() many, restart(), show(), said() in words
const player = model => {
  let playing = false, last = 0, owed = 0;
  const rate = () => model.rate(Number(byId('speed').value));
  const say = () => told('status', model.said());
  const pause = () => { playing = false; told('play', 'Play'); };
  const frame = now => {
    if (!playing) return;
    let more = true;
    if (steady.matches) {
      if (now - last < 900) return void requestAnimationFrame(frame);
      more = model.leap();
      say();
    } else {
      owed = Math.min(owed + (now - last) * rate() / 1000, 400);
      for (; owed >= 1 && more; owed -= 1) more = model.forward();
    }
    last = now;
    model.show();
    if (!more) { pause(); say(); return; }
    requestAnimationFrame(frame);
  };
  const act = {
    play: () => {
      if (playing) { pause(); say(); return; }
      playing = true; last = performance.now(); owed = 0; told('play', 'Pause'); requestAnimationFrame(frame);
    },
    step: () => { pause(); model.forward(); model.show(); say(); },
    leap: () => { pause(); model.leap(); model.show(); say(); },
    again: () => { pause(); model.restart(); model.show(); say(); },
  };
  for (const [id, run] of Object.entries(act)) byId(id).addEventListener('click', run);
  for (const choice of document.querySelectorAll('.controls select')) choice.addEventListener('change', act.again);
  const keys = { k: 'play', ' ': 'play', ArrowRight: 'step', n: 'leap', r: 'again' };
  document.addEventListener('keydown', event => {
    const busy = event.target.closest('button, select, input, summary, a');
    if (event.ctrlKey || event.metaKey || event.altKey || !(event.key in keys)) return;
    if (busy && (event.key === ' ' || event.key === 'ArrowRight')) return;
    if (event.target.closest('select')) return;
    event.preventDefault(); act[keys[event.key]]();
  });
  if (steady.matches) byId('calm').hidden = false;
  model.restart(); model.show(); say();
};
// a chart of lines: values are set later, within the ranges given
const chart = (svg, box, across, up, said) => {
  const [x, y, w, h] = box, at = (i, v) => [x + w * i / across, y + h * (1 - v / up)];
  made(svg, 'path', { class: 'axis', d: `M${x} ${y}V${y + h}H${x + w}` });
  made(svg, 'text', { x: x - 4, y: y + 8, 'text-anchor': 'end', 'font-size': 9 }, up);
  made(svg, 'text', { x: x - 4, y: y + h, 'text-anchor': 'end', 'font-size': 9 }, '0');
  made(svg, 'text', { x: x + w, y: y + h + 12, 'text-anchor': 'end', 'font-size': 9 }, across + ' ' + said[0]);
  made(svg, 'text', { x, y: y - 5, 'font-size': 9 }, said[1]);
  return { line: (dash, width) => made(svg, 'polyline', { fill: 'none', stroke: 'var(--ink)', 'stroke-width': width || 1.4,
      'stroke-dasharray': dash || 'none', 'stroke-linejoin': 'round' }),
    points: values => values.map(([i, v]) => at(i, Math.min(v, up)).map(c => c.toFixed(1)).join()).join(' '), at };
};
