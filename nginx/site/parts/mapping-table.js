// The rows of one object's mapping.  Rows stand in blocks; a block and a row are drawn again only when something of
// them changed, and blocks out of sight are not laid out (css/pages.css), so that thousands of rows stay quick.
import { html, Component, useEffect, useMemo, useState } from '../html.js';
import { text } from '../text.js';
import { sourceOptions } from '../lib/catalogue.js';
import { isItemField } from '../lib/mapping.js';
import { MappingRow } from './mapping-row.js';

const words = text.mappings;
const BLOCK = 40; // rows
const ROW_PX = 58; // about, for blocks that were not laid out yet

class Row extends Component {
  shouldComponentUpdate(next) {
    return ['row', 'number', 'sources', 'targets', 'note', 'faultText', 'focus', 'help'].some(key => this.props[key] !== next[key]);
  }
  render(props) {
    const { row, onChange, onRemove } = props;
    return html`<${MappingRow} ...${props} onChange=${part => onChange(row.id, part)} onRemove=${() => onRemove(row.id)} />`;
  }
}

const FAR_PX = 800; // from the window: what is changed there is drawn a moment later
const waiting = new Set(); // blocks to be drawn again, one at a time, so that keys pressed meanwhile are answered
let timer = 0;

function drawWaiting() {
  const [block] = waiting;
  waiting.delete(block);
  if (block?.node?.isConnected) block.forceUpdate();
  timer = waiting.size ? setTimeout(drawWaiting) : 0;
}

function drawLater(block) {
  waiting.add(block);
  if (!timer) timer = setTimeout(drawWaiting);
}

function isFar(node) {
  const { top, bottom, height } = node.getBoundingClientRect(); // no height: all of it is hidden
  return height === 0 || bottom < -FAR_PX || top > innerHeight + FAR_PX;
}

class Block extends Component {
  keepNode = node => { this.node = node; };
  shouldComponentUpdate(next) {
    const { lines, notes, faults, found, ...rest } = this.props;
    const changed = lines.length !== next.lines.length || Object.keys(rest).some(key => rest[key] !== next[key])
      || lines.some(({ row, number }, i) => row !== next.lines[i].row || number !== next.lines[i].number
        || notes.get(row.id) !== next.notes.get(row.id) || faults.get(row.id) !== next.faults.get(row.id));
    if (!changed && found === next.found) return false;
    const now = next.newest || !isFar(this.node);
    if (!now) drawLater(this);
    return now;
  }
  componentDidMount() { this.hide(this.props); }
  componentDidUpdate() { this.hide(this.props); }
  /** Rows that are not looked for are hidden in place: taking thousands away and making them anew would be felt. */
  hide({ lines, found }) {
    let any = !lines.length;
    lines.forEach(({ row }, i) => {
      const shown = !found || found.has(row.id);
      any = any || shown;
      if (this.node.children[i]) this.node.children[i].hidden = !shown;
    });
    this.node.hidden = !any;
  }
  render({ lines, notes, faults, newest, fieldByName, found, ...rest }) {
    return html`<tbody ref=${this.keepNode} style=${{ containIntrinsicSize: `auto ${lines.length * ROW_PX}px` }}>${lines.map(({ row, number }) => html`<${Row} key=${row.id}
      row=${row} number=${number} note=${notes.get(row.id)} faultText=${faults.get(row.id)} focus=${row.id === newest}
      help=${fieldByName.get(row.field)?.description} ...${rest} />`)}</tbody>`;
  }
}

function targetOptions(fields, item) {
  const groups = { always: words.required, one_of: words.oneRequired };
  return fields.filter(f => isItemField(f.name) === item)
    .map(f => ({ value: f.name, text: f.name, hint: f.description ? f.description.split('. ')[0] : f.group, badge: groups[f.required?.split(':')[0]] ?? f.type }));
}

/** The number of blocks drawn so far: those in sight at once, the others a moment later. */
function useBlocks(wanted) {
  const [drawn, setDrawn] = useState(2);
  useEffect(() => {
    if (drawn >= wanted) return undefined;
    const timer = setTimeout(() => setDrawn(drawn * 2));
    return () => clearTimeout(timer);
  }, [drawn, wanted]);
  return Math.min(drawn, wanted);
}

/** The same box of the row above or below: Enter goes down, Shift+Enter up.  False when there is no such row. */
function toNextRow(box, up) {
  const rows = [...box.closest('table').querySelectorAll('tbody tr:not([hidden])')];
  const next = rows[rows.indexOf(box.closest('tr')) + (up ? -1 : 1)];
  const cell = box.closest('td').className.split(' ')[0];
  const there = (box.closest('.when') && next?.querySelector('.when input')) || next?.querySelector(`.${cell} input`);
  there?.focus();
  return Boolean(there);
}

/** `onChange(id, part)` and `onRemove(id)` must stay the same functions.  `found`: ids of the rows to show; null: all. */
export function MappingTable({ caption, rows, shown, item, properties, news, fields, newest, onAdd, ...rest }) {
  const sources = useMemo(() => sourceOptions(properties, item, news), [properties, item, news]);
  const onKeyDown = e => {
    if (e.key !== 'Enter' || e.defaultPrevented || !e.target.matches('td input')) return;
    e.preventDefault();
    if (!toNextRow(e.target, e.shiftKey) && !e.shiftKey) onAdd();
  };
  const targets = useMemo(() => targetOptions(fields, item), [fields, item]);
  const lines = rows.map((row, i) => ({ row, number: i + 1 })).filter(line => shown(line.row));
  const blocks = Array.from({ length: useBlocks(Math.ceil(lines.length / BLOCK)) }, (_, n) => lines.slice(n * BLOCK, (n + 1) * BLOCK));
  return html`<table class="map" onKeyDown=${onKeyDown}><caption class="sr">${caption}</caption>
    <thead><tr><th scope="col" class="c-on">${words.on}</th><th scope="col" class="c-source">${words.source}</th><th scope="col" class="c-arrow"><span class="sr">${words.arrow}</span></th>
      <th scope="col" class="c-field">${words.field}</th><th scope="col" class="c-end"><span class="sr">${words.actions}</span></th></tr></thead>
    ${blocks.map((part, n) => html`<${Block} key=${n} lines=${part} sources=${sources} targets=${targets}
      newest=${part.some(line => line.row.id === newest) ? newest : null} ...${rest} />`)}</table>`;
}
