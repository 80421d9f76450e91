// Stacked bars: a picture beside the table that says the same.
import { html, useEffect, useState } from '../html.js';
import { formatCount } from '../lib/format.js';

const HEIGHT = 220;
const LEFT = 48;
const BOTTOM = 26;
const TOP = 10;
// On a phone the drawing is narrower, so that its letters stay as large as the page's.
const NARROW = matchMedia('(max-width: 720px)');

function useNarrow() {
  const [narrow, setNarrow] = useState(NARROW.matches);
  useEffect(() => {
    const look = () => setNarrow(NARROW.matches);
    NARROW.addEventListener('change', look);
    return () => NARROW.removeEventListener('change', look);
  }, []);
  return narrow;
}

/** The smallest "round" number of steps that reaches `most`: {step, top}. */
export function scale(most) {
  let step = 1;
  for (let power = 1; step * 4 < most; power *= 10) {
    step = [1, 2, 5, 10].map(n => n * power).find(n => n * 4 >= most) ?? step;
  }
  return { step, top: Math.max(step, Math.ceil(most / step) * step) };
}

/**
 * `rows`: [{label, title, values: {key: number}}]; `series`: keys from the bottom up, each a class of its colour.
 * Figures stand in each bar's title; the table is what a screen reader reads.
 */
export function Bars({ rows, series, label }) {
  const [WIDTH, LABELS] = useNarrow() ? [380, 4] : [860, 8];
  const sum = row => series.reduce((n, key) => n + row.values[key], 0);
  const { step, top } = scale(Math.max(1, ...rows.map(sum)));
  const plot = HEIGHT - BOTTOM - TOP;
  const slot = (WIDTH - LEFT) / rows.length;
  const width = Math.min(48, slot * 0.82);
  const y = n => TOP + plot - n / top * plot;
  const every = Math.ceil(rows.length / LABELS);
  const lines = Array.from({ length: Math.round(top / step) + 1 }, (_, i) => i * step);
  return html`<svg class="bars" viewBox=${`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label=${label}>
    ${lines.map(n => html`<g key=${n}><line class="grid" x1=${LEFT} x2=${WIDTH} y1=${y(n)} y2=${y(n)} />
      <text class="tick-text" x=${LEFT - 8} y=${y(n) + 4} text-anchor="end">${formatCount(n)}</text></g>`)}
    ${rows.map((row, i) => {
      let base = 0;
      const x = LEFT + i * slot + (slot - width) / 2;
      return html`<g key=${row.label + i}><title>${row.title}</title>
        <rect class="hit" x=${LEFT + i * slot} y=${TOP} width=${slot} height=${plot} />
        ${series.map(key => {
          const n = row.values[key];
          if (!n) return null;
          const rect = html`<rect class=${`bar ${key}`} key=${key} x=${x} y=${y(base + n)} width=${width} height=${Math.max(1, n / top * plot - 0.5)} />`;
          base += n;
          return rect;
        })}
        ${i % every === 0 && html`<text class="tick-text" x=${x + width / 2} y=${HEIGHT - 8} text-anchor="middle">${row.label}</text>`}
      </g>`;
    })}
  </svg>`;
}

export function Legend({ series, names }) {
  return html`<ul class="legend" aria-hidden="true">${series.map(key => html`<li key=${key}><span class=${`swatch ${key}`}></span>${names[key]}</li>`)}</ul>`;
}
