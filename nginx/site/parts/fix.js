// The button that leads to where something is mended.
import { html } from '../html.js';

/** `to` as lib/fix.js gives it; nothing when there is no such place. */
export function FixButton({ to }) {
  if (!to) return null;
  return html`<a class="btn" href=${to.href} target=${to.out ? '_blank' : undefined} rel=${to.out ? 'noopener noreferrer' : undefined}>${to.label}</a>`;
}
