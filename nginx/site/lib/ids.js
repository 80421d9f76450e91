// What the ID doctor's page makes of the API's answer: shares, findings, verdicts about the mapping.

const SHARES = [
  // [row, how many, of how many, whether of a sample]
  ['contacts_email', 'contacts_email', 'contacts', false],
  ['contacts_click', 'contacts_click', 'contacts', false],
  ['contacts_customer', 'contacts_customer', 'contacts_seen', true],
  ['companies_contact', 'companies_contact', 'companies_seen', true],
  ['companies_customer', 'companies_customer', 'companies_seen', true],
  ['deals_contact', 'deals_contact', 'deals_seen', false],
  ['deals_seen_email', 'deals_seen_email', 'deals_seen', false],
  ['deals_seen_click', 'deals_seen_click', 'deals_seen', false],
  ['deals_customer', 'deals_customer', 'deals_seen', false],
  ['deals_filled', 'deals_filled', 'deals_seen', false],
];

/** [{id, n, of, sample}]: CustomerId rows only where it is mapped. */
export function shares(result, sources) {
  const mapped = new Set(sources.filter(s => s.expression).map(s => s.object));
  return SHARES.filter(([id]) => !id.endsWith('_customer') || mapped.has(id.split('_')[0]))
    .map(([id, n, of, sample]) => ({ id, n: result[n] ?? 0, of: result[of] ?? 0, sample: sample && (result[of] ?? 0) < (result[id.split('_')[0]] ?? 0) }))
    .filter(r => r.of > 0 || r.id.startsWith('deals'));
}

export const percent = ({ n, of }) => of > 0 ? `${n === of ? 100 : n === 0 ? 0 : Math.min(99, Math.max(1, Math.round(100 * n / of)))} %` : '–';

const FINDINGS = ['deals_customer_email', 'contacts_customer_email', 'companies_customer_email', 'deals_filled_other', 'deals_click_other',
  'deals_no_contact', 'deals_contact_no_click'];

/** [{id, object, n, examples}]: what contradicts itself first. */
export const findings = result => FINDINGS.filter(id => result[id] > 0)
  .map(id => ({ id, object: id.split('_')[0], n: result[id], examples: result.examples?.[id] ?? [] }));

/** How each object's CustomerId stands to the others': 'unused', 'missing', 'email', 'same', 'alike' or 'other'. */
export function verdicts(sources) {
  const known = sources.filter(s => s.identity);
  const main = known.find(s => s.object === 'contacts')?.identity
    ?? known.map(s => s.identity).find(i => i === 'contact.hs_object_id') ?? known[0]?.identity;
  return sources.map(s => ({ ...s, verdict: !s.mapped ? 'unused' : !s.identity ? 'missing' : /(^|\.)email$/.test(s.identity) ? 'email'
    : s.identity !== main ? 'other' : s.identity === 'contact.hs_object_id' ? 'same' : 'alike' }));
}

const TYPE_IDS = { contacts: '0-1', companies: '0-2', deals: '0-3' };
export const recordLink = (data, object, id) =>
  `https://${data.ui_domain}/contacts/${data.portal_id}/record/${TYPE_IDS[object]}/${encodeURIComponent(id)}`;

/** 'unknown', 'missing', 'wrong' or 'there'; `made` is what a click on this page has just found out. */
export function propertyState(data, id, made) {
  const now = made?.find(p => p.id === id);
  const name = id === 'click_id' ? 'click' : 'customer';
  if (now && now.state !== 'scope_missing') return now.state === 'wrong_type' ? 'wrong' : 'there';
  if (!data.result || data.result[`${name}_type`] === undefined) return 'unknown';
  if (data.result[`${name}_type`] === '') return 'missing';
  return data.result[`${name}_fits`] ? 'there' : 'wrong';
}
