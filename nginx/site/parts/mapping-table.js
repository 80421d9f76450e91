// The rows of one object's mapping.  Only a page of them is drawn, and of that only rows that changed are drawn again,
// so that thousands of rows are as quick as a few.
import { html, Component, useLayoutEffect, useMemo, useRef, useState } from '../html.js';
import { text } from '../text.js';
import { sourceOptions } from '../lib/catalogue.js';
import { formatCount } from '../lib/format.js';
import { isItemField } from '../lib/mapping.js';
import { MappingRow } from './mapping-row.js';
import { Pager } from './pager.js';

const words = text.mappings;
const WHOLE = 100; // rows that are drawn without pages
const PAGE = 50; // rows of a page: about as many as a key press may change without being felt

class Row extends Component {
  shouldComponentUpdate(next) {
    return ['row', 'number', 'sources', 'targets', 'note', 'faultText', 'help'].some(key => this.props[key] !== next[key]);
  }
  render(props) {
    const { row, onChange, onRemove } = props;
    return html`<${MappingRow} ...${props} onChange=${part => onChange(row.id, part)} onRemove=${() => onRemove(row.id)} />`;
  }
}

function targetOptions(fields, item) {
  const groups = { always: words.required, one_of: words.oneRequired };
  return fields.filter(f => isItemField(f.name) === item)
    .map(f => ({ value: f.name, text: f.name, hint: f.description ? f.description.split('. ')[0] : f.group, badge: groups[f.required?.split(':')[0]] ?? f.type }));
}

/** The part of `lines` that is drawn, `size` of them.  What is looked for has pages of its own; afterwards one is where one was before. */
function usePages(lines, find, size) {
  const [pages, setPages] = useState({ all: 0, find: '', found: 0 });
  const last = Math.max(0, Math.ceil(lines.length / size) - 1);
  const page = Math.min(last, !find ? pages.all : pages.find === find ? pages.found : 0);
  const setPage = n => setPages(old => find ? { ...old, find, found: n } : { ...old, all: n });
  return { page, setPage, drawn: lines.slice(page * size, (page + 1) * size) };
}

/** "Rows 51–100 of 2,000": by the numbers that stand at the rows; of those found it is the place among them. */
function rangeOf({ drawn, from, found, count, pages }) {
  const say = (sentence, ...figures) => sentence(...figures.map(formatCount));
  if (found === null) return say(words.range, drawn[0].number, drawn.at(-1).number, count);
  return pages ? say(words.foundRange, from, from + drawn.length - 1, found) : say(words.found, found, count);
}

/** The box of a row to go on in: of that cell, its condition, or the first there is. */
function focusRow(line, cell) {
  const box = (cell === 'when' && line.querySelector('.when input')) || line.querySelector(`.${cell === 'when' ? 'c-source' : cell} input`) || line.querySelector('input');
  box?.focus();
  if (box?.matches('.mono')) box.setSelectionRange(box.value.length, box.value.length);
}

/**
 * `lines`: [{row, number}], the rows of this table, of `count` that there are; `found`: ids of those looked for by `find`, null: all.
 * `target`: {id, cell, done}: the row to go to, once; `done` is set here.  `most`: rows that are drawn now.  `onChange(id, part)` and `onRemove(id)` must stay the same functions.
 */
export function MappingTable({ caption, lines, count, find, found, item, properties, news, fields, fieldByName, notes, faults, target, most, readOnly, onAdd, onChange, onRemove }) {
  const sources = useMemo(() => sourceOptions(properties, item, news), [properties, item, news]);
  const targets = useMemo(() => targetOptions(fields, item), [fields, item]);
  const wanted = useMemo(() => found ? lines.filter(({ row }) => found.has(row.id)) : lines, [lines, found]);
  const size = lines.length > WHOLE ? PAGE : WHOLE;
  const { page, setPage, drawn } = usePages(wanted, found ? find : '', size);
  const pageOf = at => Math.floor(at / size);
  const aim = useRef(null); // a row of another page that Enter leads to
  const body = useRef(null);
  const top = useRef(null);

  useLayoutEffect(() => {
    const to = target && !target.done ? target : aim.current;
    if (!to || to.done) return;
    const at = wanted.findIndex(({ row }) => row.id === to.id);
    if (at < 0) return;
    if (pageOf(at) !== page) { setPage(pageOf(at)); return; }
    const line = body.current.children[at - page * size];
    if (!line) return; // of those that are drawn next
    to.done = true;
    focusRow(line, to.cell);
  });

  /** The same box of the row above or below: Enter goes down, Shift+Enter up. */
  const onKeyDown = e => {
    if (e.key !== 'Enter' || e.defaultPrevented || !e.target.matches('td input')) return;
    e.preventDefault();
    const cell = e.target.closest('.when') ? 'when' : e.target.closest('td').className.split(' ')[0];
    const at = page * size + [...body.current.children].indexOf(e.target.closest('tr')) + (e.shiftKey ? -1 : 1);
    const next = wanted[at];
    if (!next && !e.shiftKey) onAdd();
    if (!next) return;
    if (pageOf(at) === page) { focusRow(body.current.children[at - page * size], cell); return; }
    aim.current = { id: next.row.id, cell };
    setPage(pageOf(at));
  };
  /** From the buttons below the rows one goes on at their top. */
  const turn = by => {
    setPage(page + by);
    const button = top.current.querySelector(by < 0 ? '.pager-previous' : '.pager-next');
    if (document.activeElement !== button) { button.focus({ preventScroll: true }); top.current.scrollIntoView(); }
  };
  const last = pageOf(Math.max(0, wanted.length - 1));
  const range = lines.length > WHOLE && rangeOf({ drawn, from: page * size + 1, found: found && wanted.length, count, pages: last });
  const pager = (label, spoken) => html`<${Pager} label=${label} range=${range} spoken=${spoken} first=${page === 0} last=${page === last} onTurn=${turn} />`;
  return html`<div class="map-top" ref=${top}>${range && pager(words.pages(caption), true)}</div>
    <fieldset class="plain" disabled=${readOnly}><legend class="sr">${caption}</legend>
      <table class=${`map${lines.length > WHOLE ? ' many' : ''}`} onKeyDown=${onKeyDown}><caption class="sr">${caption}</caption>
        <thead><tr><th scope="col" class="c-on">${words.on}</th><th scope="col" class="c-source">${words.source}</th><th scope="col" class="c-arrow"><span class="sr">${words.arrow}</span></th>
          <th scope="col" class="c-field">${words.field}</th><th scope="col" class="c-end"><span class="sr">${words.actions}</span></th></tr></thead>
        <tbody ref=${body}>${drawn.slice(0, most).map(({ row, number }) => html`<${Row} key=${row.id} row=${row} number=${number} sources=${sources} targets=${targets}
          note=${notes.get(row.id)} faultText=${faults.get(row.id)} help=${fieldByName.get(row.field)?.description} onChange=${onChange} onRemove=${onRemove} />`)}</tbody></table></fieldset>
    ${range && last > 0 && pager(words.pagesBelow(caption), false)}`;
}
