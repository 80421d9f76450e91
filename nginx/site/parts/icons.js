// Small drawings, all decoration: the words stand beside them.
import { html } from '../html.js';

const draw = (paths, size = 16) => () => html`<svg class="icon-svg" viewBox=${`0 0 ${size} 16`} width=${size} height="16" aria-hidden="true" focusable="false"
  fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round">${paths.map(d => html`<path d=${d}/>`)}</svg>`;

export const Refresh = draw(['M13.6 6.5A6 6 0 1 0 14 8m0-5v3.6h-3.6']);
export const Cross = draw(['M3.5 3.5l9 9M12.5 3.5l-9 9']);
export const Arrow = draw(['M1 8h17M13 3l5 5-5 5'], 20);
export const Chevron = draw(['M6 3l5 5-5 5']);
export const Plus = draw(['M8 3v10M3 8h10']);
export const Menu = draw(['M2 4h12M2 8h12M2 12h12']);
export const Check = draw(['M3 8.5l3.2 3.2L13 4.8']);
export const Warn = draw(['M8 2.2L14.6 13.6H1.4zM8 6.4v3.4M8 11.9v.1']);
export const Info = draw(['M8 1.8a6.2 6.2 0 1 1 0 12.4A6.2 6.2 0 1 1 8 1.8zM8 7.4v3.8M8 4.8v.1']);
export const Out = draw(['M9 3h4v4M13 3L7.5 8.5M6 4H3v9h9v-3']);
export const Braces = draw(['M6 2.5c-2 0-2 1-2 2.5s0 3-2 3c2 0 2 1.5 2 3s0 2.5 2 2.5M10 2.5c2 0 2 1 2 2.5s0 3 2 3c-2 0-2 1.5-2 3s0 2.5-2 2.5']);
export const Stop = draw(['M5.5 2h5L14 5.5v5L10.5 14h-5L2 10.5v-5z']);
export const Copy = draw(['M5.5 5.5h8v8h-8zM3 10.5V3h7.5']);
