// Where the thing is mended that a sentence complains about: a page of this site, or the other side.
import { text } from '../text.js';
import { connectAddress } from './session.js';

const PATHS = { overview: '/', settings: '/settings', triggers: '/triggers', mappings: '/mappings', preview: '/preview', activity: '/activity' };

/** {href, label, out} or null; a mapping opens the tab of its object. */
export function fixLink(page, code = '', object = '') {
  if (code === 'disconnected') return { href: connectAddress(), label: text.sending.reconnect };
  if (page === 'impact') return { href: 'https://app.impact.com/', label: text.nav.open(text.nav.impact), out: true };
  if (!PATHS[page]) return null;
  const tab = page === 'mappings' && text.objects[object] ? `/${object}` : '';
  return { href: PATHS[page] + tab, label: text.nav.open(text.nav.pages[page]) };
}
