// The preview as a part of another page: a record, and what the document as it is edited makes of it.
import { html, useState } from '../html.js';
import { text } from '../text.js';
import { usePreview } from '../lib/preview.js';
import { obstacle } from '../lib/session.js';
import { Body, PreviewFields, Verdict } from './preview-result.js';
import { recordUrl } from './decision-row.js';
import { Failed, Skeleton } from './notice.js';
import { RecordPicker } from './record-picker.js';

const words = text.preview;
const kept = new Map(); // the record chosen last of each object: it is still there on the way back

function Shown({ object, chosen, document, session }) {
  const { data, error, loading, reload } = usePreview(object, chosen.id, document, null);
  const record = data?.records[0];
  if (error && !loading) return html`<${Failed} error=${error} retry=${reload} title=${words.failed} />`;
  if (!record) return html`<${Skeleton} lines=${6} />`;
  const url = recordUrl({ object_type: object, object_id: record.id }, session);
  return html`<div class=${loading ? 'stale' : ''}><${Verdict} record=${record} object=${object} url=${url} />
    ${record.found && html`<${PreviewFields} record=${record} object=${object} url=${url} /><${Body} body=${record.body} />`}</div>`;
}

/** `document`: the configuration as it is edited, null for the saved one. */
export function PreviewPanel({ object, document, session }) {
  const [chosen, setChosen] = useState(kept.get(object) ?? null);
  const [open, setOpen] = useState(false);
  const choose = record => { kept.set(object, record); setChosen(record); };
  if (['disconnected', 'paused'].includes(obstacle(session))) return null;
  return html`<details class="card preview-panel" onToggle=${e => setOpen(e.currentTarget.open)}>
    <summary>${words.panelTitle} <span class="muted">${words.panelLead}</span></summary>
    ${open && html`<div class="preview-panel-body">
      <${RecordPicker} object=${object} chosen=${chosen} onChoose=${choose} />
      ${chosen && html`<${Shown} key=${`${object}/${chosen.id}`} object=${object} chosen=${chosen} document=${document} session=${session} />
        <p><a href=${`/preview?object=${object}&id=${chosen.id}`}>${words.panelFull}</a></p>`}</div>`}
  </details>`;
}
