// Editable combobox with list autocomplete, as the WAI-ARIA authoring practices describe it.
import { html, useState, useRef, useEffect, useLayoutEffect, useId, useMemo } from '../html.js';
import { text } from '../text.js';

const LIMIT = 60; // options drawn at once; typing narrows the list
const BEFORE = 20; // of them before the chosen one
const LONG = 40; // letters of label and internal name that fit side by side in a field of usual width
const ROOM = 380; // height of the list and of the save bar below it

const fold = s => s.toLowerCase();

function matches(options, query) {
  const q = fold(query.trim());
  if (!q) return options;
  const hits = options.filter(o => fold(`${o.text} ${o.hint ?? ''}`).includes(q));
  const rank = o => (fold(o.value) === q || fold(o.text) === q ? 0 : fold(o.text).startsWith(q) || fold(o.hint ?? '').startsWith(q) ? 1 : 2);
  return hits.map((o, i) => [rank(o), i, o]).sort((a, b) => a[0] - b[0] || a[1] - b[1]).map(h => h[2]);
}

/** The part of the list to draw: it always shows the chosen option. */
function windowOf(list, value, searching) {
  const at = searching ? 0 : list.findIndex(o => o.value === value);
  const start = at < LIMIT ? 0 : Math.min(at - BEFORE, list.length - LIMIT);
  return { start, rows: list.slice(start, start + LIMIT), after: Math.max(0, list.length - start - LIMIT) };
}

/**
 * options: [{value, text, hint, badge, disabled, reason}].  onChange(value) when one is chosen; with `free`, text
 * that matches none may be chosen too.  With `onQuery` the options are an answer to what was typed (it is called with ''
 * when the list opens), and are shown as they come; `none` says why there are none.
 */
export function Combobox({ label, options, value, onChange, invalid, describedBy, placeholder, free, onQuery, none = text.combobox.none, id: givenId }) {
  const ownId = useId();
  const id = givenId ?? ownId;
  const [open, setOpen] = useState(false);
  const [query, setQuery] = useState(null); // null: show the chosen option's text
  const [active, setActive] = useState(-1);
  const [up, setUp] = useState(false);
  const list = useRef(null);
  const box = useRef(null);
  const chosen = useMemo(() => options.find(o => o.value === value), [options, value]);
  const found = useMemo(() => {
    if (!open) return [];
    const hits = onQuery ? options : matches(options, query ?? '');
    const typed = (query ?? '').trim();
    if (free && typed && !options.some(o => o.value === typed)) return [...hits, { value: typed, text: free(typed) }];
    return hits;
  }, [open, query, options]);
  const { start, rows, after } = windowOf(found, value, query !== null);

  useLayoutEffect(() => { // opens upwards where there is no room below
    if (!open) return;
    const { top, bottom } = box.current.getBoundingClientRect();
    setUp(innerHeight - bottom < ROOM && top > innerHeight - bottom);
  }, [open]);

  useEffect(() => {
    if (open && active >= 0) list.current?.querySelector('[data-active]')?.scrollIntoView({ block: 'nearest' });
  }, [active, open]);

  const close = () => { setOpen(false); setQuery(null); setActive(-1); };
  const pick = o => { if (!o.disabled) { close(); onChange(o.value); } };
  const show = () => {
    const all = windowOf(options, value, false);
    setOpen(true);
    onQuery?.('');
    setActive(Math.max(0, all.rows.findIndex(o => o.value === value)));
  };
  const step = by => setActive(a => rows.length ? (a + by + rows.length) % rows.length : -1);
  const keys = {
    ArrowDown: () => open ? step(1) : show(),
    ArrowUp: () => open ? step(-1) : show(),
    PageDown: () => open && setActive(a => Math.min(rows.length - 1, a + 8)),
    PageUp: () => open && setActive(a => Math.max(0, a - 8)),
    Home: () => open && setActive(0),
    End: () => open && setActive(rows.length - 1),
    Enter: () => open && rows[active] && pick(rows[active]),
  };
  const onKeyDown = e => {
    if (e.key === 'Escape') {
      if (open) { e.stopPropagation(); e.preventDefault(); close(); }
      return;
    }
    const act = keys[e.key];
    if (!act || (!open && !e.key.startsWith('Arrow'))) return;
    e.preventDefault();
    act();
  };

  return html`<div class=${`combo${open ? ' open' : ''}${up ? ' up' : ''}`} ref=${box}>
    <input id=${id} type="text" role="combobox" autocomplete="off" autocapitalize="none" spellcheck=${false} aria-autocomplete="list"
      aria-label=${label} aria-expanded=${open ? 'true' : 'false'} aria-controls=${`${id}-list`}
      aria-activedescendant=${open && rows[active] ? `${id}-o${start + active}` : undefined}
      aria-invalid=${invalid ? 'true' : undefined} aria-describedby=${describedBy}
      placeholder=${placeholder} value=${query ?? chosen?.text ?? value ?? ''} title=${chosen && query === null ? `${chosen.text}${chosen.hint ? ` (${chosen.hint})` : ''}` : undefined}
      onInput=${e => { setQuery(e.target.value); onQuery?.(e.target.value); setOpen(true); setActive(0); }}
      onClick=${() => { if (!open) show(); }} onFocus=${e => e.target.select()} onBlur=${close} onKeyDown=${onKeyDown} />
    ${query === null && chosen?.hint && html`<span class=${`combo-hint${chosen.text.length + chosen.hint.length > LONG ? ' long' : ''}`} aria-hidden="true">${chosen.hint}</span>`}
    <ul id=${`${id}-list`} role="listbox" aria-label=${label} ref=${list} hidden=${!open} onMouseDown=${e => e.preventDefault()}>
      ${open && start > 0 && html`<li role="option" aria-disabled="true" aria-selected="false" class="none" key="before">${text.combobox.before(start)}</li>`}
      ${open && rows.map((o, i) => html`<li key=${o.value} id=${`${id}-o${start + i}`} role="option" aria-selected=${o.value === value ? 'true' : 'false'}
        aria-disabled=${o.disabled ? 'true' : undefined} data-active=${i === active ? '' : undefined} onClick=${() => pick(o)}>
        <span>${o.text}</span>${o.hint && html`<small>${o.hint}</small>`}${o.badge && html`<em>${o.badge}</em>`}${o.reason && html`<small class="reason">${o.reason}</small>`}</li>`)}
      ${open && !rows.length && html`<li role="option" aria-disabled="true" aria-selected="false" class="none" key="none">${none}</li>`}
      ${open && after > 0 && html`<li role="option" aria-disabled="true" aria-selected="false" class="none" key="after">${text.combobox.more(after)}</li>`}
    </ul>
  </div>`;
}
