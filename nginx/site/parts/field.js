// A labelled input with its help and its error beside it.
import { html, useId } from '../html.js';
import { text } from '../text.js';

export function Field({ label, help, error, required, children }) {
  const id = useId();
  const described = [help && `${id}h`, error && `${id}e`].filter(Boolean).join(' ') || undefined;
  return html`<div class=${`field${error ? ' bad' : ''}`}>
    <label for=${id}>${label}${required && html` <span class="star" aria-hidden="true">*</span><span class="sr"> (${text.common.required})</span>`}</label>
    ${children({ id, 'aria-describedby': described, 'aria-invalid': error ? 'true' : undefined })}
    ${error && html`<p class="err" id=${`${id}e`}>${error}</p>`}
    ${help && html`<p class="help" id=${`${id}h`}>${help}</p>`}
  </div>`;
}
