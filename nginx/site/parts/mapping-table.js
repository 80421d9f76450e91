// The rows of one object's mapping.  A row is drawn again only when something of it changed, so that thousands stay quick.
import { html, Component, useMemo } from '../html.js';
import { text } from '../text.js';
import { sourceOptions } from '../lib/catalogue.js';
import { isItemField } from '../lib/mapping.js';
import { faultsAt } from '../lib/draft.js';
import { MappingRow } from './mapping-row.js';

const words = text.mappings;

class Row extends Component {
  shouldComponentUpdate(next) {
    return ['row', 'number', 'sources', 'targets', 'note', 'faultText', 'focus', 'help'].some(key => this.props[key] !== next[key]);
  }
  render(props) {
    return html`<${MappingRow} ...${props} />`;
  }
}

function targetOptions(fields, item) {
  const groups = { always: words.required, one_of: words.oneRequired };
  return fields.filter(f => isItemField(f.name) === item)
    .map(f => ({ value: f.name, text: f.name, hint: f.description ? f.description.split('. ')[0] : f.group, badge: groups[f.required?.split(':')[0]] ?? f.type }));
}

export function MappingTable({ caption, rows, shown, item, properties, fields, fieldByName, notes, faults, object, newest, onChange, onRemove }) {
  const sources = useMemo(() => sourceOptions(properties, item), [properties, item]);
  const targets = useMemo(() => targetOptions(fields, item), [fields, item]);
  return html`<table class="map"><caption class="sr">${caption}</caption>
    <thead><tr><th scope="col" class="c-on">${words.on}</th><th scope="col">${words.source}</th><th scope="col" class="c-arrow"><span class="sr">${words.arrow}</span></th>
      <th scope="col">${words.field}</th><th scope="col" class="c-end"><span class="sr">${words.actions}</span></th></tr></thead>
    <tbody>${rows.map((row, i) => shown(row) && html`<${Row} key=${row.id} row=${row} number=${i + 1} sources=${sources} targets=${targets} note=${notes.get(row.id)}
      help=${fieldByName.get(row.field)?.description} focus=${row.id === newest} faultText=${faultsAt(faults, `objects.${object}.mapping.${row.id}`).map(f => f.message).join('\n')}
      onChange=${part => onChange(row.id, part)} onRemove=${() => onRemove(row.id)} />`)}</tbody></table>`;
}
