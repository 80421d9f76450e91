// What became of the events of a period: four counters, bars, and the table behind them.
import { html, useState } from '../html.js';
import { get } from '../api.js';
import { text } from '../text.js';
import { formatCount, formatDay } from '../lib/format.js';
import { useLoad, usePoll } from '../lib/load.js';
import { Bars, Legend } from './chart.js';
import { Counters } from './counters.js';
import { Empty, Failed, Notice, Skeleton } from './notice.js';

const words = text.overview;
const SERIES = ['sent', 'waiting', 'skipped', 'direct', 'failed'];
const EVERY_MS = 60000;
const LONG_EVERY_MS = 600000; // more than a week: its numbers hardly move, and cost more
const MOST_DAYS = 366;

const dayNumber = day => Date.parse(`${day}T00:00:00Z`) / 86400000;
const fits = ({ from, to }) => from && to && dayNumber(from) <= dayNumber(to) && dayNumber(to) - dayNumber(from) < MOST_DAYS;

function Choice({ chosen, onChoose, dates, onDates }) {
  const [mine, setMine] = useState(dates);
  const [bad, setBad] = useState(false);
  const use = e => {
    e.preventDefault();
    setBad(!fits(mine));
    if (fits(mine)) onDates(mine);
  };
  const day = (key, label) => html`<label class="inline-field">${label} <input type="date" value=${mine[key]} onInput=${e => setMine(old => ({ ...old, [key]: e.target.value }))} required /></label>`;
  return html`<div class="period">
    <div class="segments" role="group" aria-label=${words.period}>${Object.entries(words.periods).sort(([a], [b]) => (Number(a) || 999) - (Number(b) || 999)).map(([key, name]) => html`
      <button type="button" key=${key} class="segment" aria-pressed=${chosen === key ? 'true' : 'false'} onClick=${() => onChoose(key)}>${name}</button>`)}</div>
    ${chosen === 'custom' && html`<form class="period-dates" onSubmit=${use} noValidate>${day('from', words.from)}${day('to', words.to)}
      <button type="submit" class="btn small">${words.show}</button>${bad && html`<p class="err" role="alert">${words.badPeriod}</p>`}</form>`}
  </div>`;
}

const counts = row => SERIES.map(key => `${text.activity.counters[key]} ${formatCount(row[key])}`).join(', ');

function Picture({ data }) {
  const rows = data.rows.map(row => ({ label: formatDay(row.from, { year: false }), title: words.bar(formatDay(row.from), counts(row)), values: row }));
  return html`<figure class="chart"><${Legend} series=${SERIES} names=${text.activity.counters} />
    <${Bars} rows=${rows} series=${SERIES} label=${`${words.chart[data.per]}. ${counts(data.totals)}`} />
    <figcaption class="help">${words.zone(data.time_zone, data.time_zone_known)}</figcaption></figure>`;
}

function Table({ data }) {
  const line = row => SERIES.map(key => html`<td key=${key}>${formatCount(row[key])}</td>`);
  return html`<details class="chart-table"><summary>${words.table}</summary>
    <table class="table numbers"><caption class="sr">${words.chart[data.per]}</caption>
      <thead><tr><th scope="col">${data.per === 'day' ? words.day : words.week}</th>${SERIES.map(key => html`<th scope="col" key=${key}>${text.activity.counters[key]}</th>`)}</tr></thead>
      <tbody>${[...data.rows].reverse().map(row => html`<tr key=${row.from}><th scope="row">${formatDay(row.from)}</th>${line(row)}</tr>`)}</tbody>
      <tfoot><tr><th scope="row">${words.total}</th>${line(data.totals)}</tr></tfoot></table></details>`;
}

export function Period({ ready }) {
  const [chosen, setChosen] = useState('7');
  const [dates, setDates] = useState(null);
  const [shown, setShown] = useState('days=7');
  const { data, error, loading, reload } = useLoad(() => get(`/api/overview/counters?${shown}`), [shown]);
  usePoll(reload, data && data.rows.length <= 7 && data.per === 'day' ? EVERY_MS : LONG_EVERY_MS, [reload, data?.rows.length, data?.per]);
  const choose = key => {
    if (key === 'custom') setDates(old => old ?? { from: data?.from ?? '', to: data?.to ?? '' });
    else setShown(`days=${key}`);
    setChosen(key);
  };
  const use = next => { setDates(next); setShown(`from=${next.from}&to=${next.to}`); };
  const any = data && SERIES.some(key => data.totals[key] > 0);
  return html`<section class="card" aria-labelledby="counters"><div class="toolbar"><h2 id="counters">${words.counters}</h2>
      <${Choice} key=${dates ? 'dates' : 'none'} chosen=${chosen} onChoose=${choose} dates=${dates ?? { from: '', to: '' }} onDates=${use} /></div>
    <div class="period-body" aria-busy=${loading && !data ? 'true' : undefined}>
      ${!data && (error && !loading ? html`<${Failed} error=${error} retry=${reload} />` : html`<${Skeleton} lines=${6} tall />`)}
      ${data && html`<${Counters} counters=${data.totals} extra=${`from=${data.from}&to=${data.to}`} />
        ${error && html`<${Notice} kind="warn">${text.common.updatesFail}<//>`}
        ${any ? html`<${Picture} data=${data} /><${Table} data=${data} />` : html`<${Empty} title=${words.noneTitle}>${ready ? words.noneBody : words.noneSetup}<//>`}`}
    </div></section>`;
}
