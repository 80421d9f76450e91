// On or off at once, by mouse, touch, Space or Enter.
import { html, useId } from '../html.js';
import { text } from '../text.js';

/** `label` is for the ear unless `visible`; `help` is read as its description. */
export function Switch({ on, onChange, label, visible = false, help, words = [text.common.on, text.common.off], disabled }) {
  const id = useId();
  return html`<span class=${`switch-line${visible ? ' wide' : ''}`}>
    <button type="button" role="switch" class="switch" id=${id} aria-checked=${on ? 'true' : 'false'} disabled=${disabled}
      aria-label=${label} aria-describedby=${help ? `${id}h` : undefined} onClick=${() => onChange(!on)}>
      <span class="knob" aria-hidden="true"></span></button>
    ${visible ? html`<label class="switch-label" for=${id} aria-hidden="true">${label}</label>`
      : words && html`<span class="switch-word" aria-hidden="true">${on ? words[0] : words[1]}</span>`}
    ${help && html`<span class="help" id=${`${id}h`}>${help}</span>`}
  </span>`;
}
