// Where the thing is mended that a sentence complains about: a page of this site, or the other side.
import { text } from '../text.js';
import { connectAddress } from './session.js';

const PATHS = { overview: '/', settings: '/settings', triggers: '/triggers', mappings: '/mappings', preview: '/preview', activity: '/activity' };

// What only a new log-in through HubSpot mends.
const reconnects = code => ['disconnected', 'paused', 'tenant_paused', 'denied'].includes(code) || code.startsWith('hubspot_scope');

/** {href, label, out} or null; a mapping opens the tab of its object, HubSpot the record when its address is given. */
export function fixLink(page, code = '', object = '', record = '') {
  if (reconnects(code)) return { href: connectAddress(), label: text.sending.reconnect };
  if (page === 'hubspot') return record ? { href: record, label: text.activity.openIn, out: true } : null;
  if (page === 'impact') return { href: 'https://app.impact.com/', label: text.nav.open(text.nav.impact), out: true };
  if (!PATHS[page]) return null;
  const tab = page === 'mappings' && text.objects[object] ? `/${object}` : '';
  return { href: PATHS[page] + tab, label: text.nav.open(text.nav.pages[page]) };
}
