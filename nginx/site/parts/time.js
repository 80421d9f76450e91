// A moment: local time on the page, UTC in the tooltip.
import { html } from '../html.js';
import { formatDateTime, formatTime, formatUtc } from '../lib/format.js';

export function Time({ at, full = false, fallback = '' }) {
  if (!at) return fallback;
  return html`<time datetime=${at} title=${formatUtc(at)}>${full ? formatDateTime(at) : formatTime(at)}</time>`;
}
