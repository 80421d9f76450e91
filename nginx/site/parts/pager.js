// Which part of a long list is shown, and the way to the parts before and after it.
import { html } from '../html.js';
import { text } from '../text.js';

const words = text.pager;

/** `range`: what is shown, in words; `spoken`: it is announced when it changes (of two pagers of a list by one).  `onTurn(by)`: -1 or 1. */
export function Pager({ label, range, spoken, first, last, onTurn }) {
  // A button at the end of the way stays where it is, so that the keyboard is not thrown off it.
  const turn = (by, end, name, word) => html`<button type="button" class=${`btn small ${name}`} aria-disabled=${end ? 'true' : undefined}
    onClick=${() => { if (!end) onTurn(by); }}>${word}</button>`;
  return html`<nav class="pager" aria-label=${label}><p role=${spoken ? 'status' : undefined}>${range}</p>
    ${!(first && last) && html`<span class="actions">${turn(-1, first, 'pager-previous', words.previous)}${turn(1, last, 'pager-next', words.next)}</span>`}</nav>`;
}
