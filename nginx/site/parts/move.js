// Another account or program of impact.com while conversions are not finished: what becomes of them, and whether it is meant.
import { html } from '../html.js';
import { text } from '../text.js';
import { consequences } from '../lib/account.js';
import { confirm } from './dialog.js';

const words = text.settings;

/** `open` as the API tells it; true: it is meant. */
export const askToMove = open => confirm({ title: words.moveTitle(open.account_changes), yes: words.moveYes, kind: 'danger',
  body: html`<ul>${consequences(open).map(line => html`<li key=${line}>${line}</li>`)}</ul><p>${words.moveWait}</p>` });
