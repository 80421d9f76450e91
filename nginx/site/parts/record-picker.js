// Finds a record of HubSpot while one types: a combobox whose list comes from there.
import { html, useEffect, useRef, useState } from '../html.js';
import { text } from '../text.js';
import { findRecords } from '../lib/preview.js';
import { Combobox } from './combobox.js';

const words = text.preview;
const AFTER_MS = 350;

const toOption = record => ({ value: record.id, text: record.name || words.unnamed(record.id), hint: record.hint, badge: record.id });

/** `chosen`: {id, name} or null.  onChoose({id, name}). */
export function RecordPicker({ object, chosen, onChoose }) {
  const [query, setQuery] = useState(null); // null: nobody has looked yet
  const [found, setFound] = useState({ list: [], busy: false, error: null });
  const round = useRef(0);
  useEffect(() => { setQuery(null); setFound({ list: [], busy: false, error: null }); }, [object]);
  useEffect(() => {
    if (query === null) return undefined;
    const mine = ++round.current;
    setFound(old => ({ ...old, busy: true }));
    const timer = setTimeout(async () => {
      try {
        const list = await findRecords(object, query.trim());
        if (mine === round.current) setFound({ list, busy: false, error: null });
      } catch (error) {
        if (mine === round.current) setFound({ list: [], busy: false, error });
      }
    }, query ? AFTER_MS : 0);
    return () => clearTimeout(timer);
  }, [object, query]);
  const options = found.list.map(toOption);
  const known = chosen && !options.some(o => o.value === chosen.id) ? [{ value: chosen.id, text: chosen.name || words.unnamed(chosen.id), badge: chosen.id }, ...options] : options;
  const label = words.find(text.objects[object].one);
  const choose = id => {
    const record = found.list.find(r => r.id === id);
    onChoose({ id, name: record?.name ?? chosen?.name ?? '' });
  };
  return html`<div class="field record-picker">
    <span class="label" aria-hidden="true">${label}</span>
    <${Combobox} label=${label} options=${known} value=${chosen?.id ?? ''} onChange=${choose} placeholder=${words.findPlaceholder}
      onQuery=${typed => setQuery(typed)} none=${found.error ? found.error.message : found.busy ? words.searching : words.none} />
    <p class="help">${words.findHelp[object]}</p>
  </div>`;
}
