// Words about what differs between two configurations.
const plural = (n, one, many) => n === 1 ? `1 ${one}` : `${n} ${many}`;
const rows = { added: 'added', changed: 'changed', removed: 'removed' };

export const difference = {
  none: 'Nothing differs.',
  account: 'Account',
  sides: ['Before', 'After'],
  what: 'What',
  caption: name => `What differs in ${name}`,
  noField: 'row without a field',
  created: one => `${one} is created`,
  trigger: (label, values) => values.length ? `${label} becomes ${values.join(' or ')}` : `${label} changes`,
  parts: { trigger: 'Trigger', row: 'Mapping of', consent: '', option: 'Option', impact: '', order: '' },
  how: { added: 'added', removed: 'removed', changed: 'changed' },
  orderHelp: 'The same entries stand in another order.',
  names: {
    consent: 'Consent', order: 'Order', trigger: 'Order of triggers', row: 'Order of mappings',
    account_sid: 'impact.com account', program_id: 'impact.com program',
    computed_prefix: 'Object name before computed fields', computed_value: 'Value of computed fields', email_hash: 'Hash of e-mail addresses',
    event_date: 'Event date', advocate: 'Advocate',
  },
  fields: {
    field: 'impact.com field', expression: 'HubSpot property or expression', when: 'Condition', active: 'On', mode: 'Mode', on: 'Happens when',
    property: 'Property', becomes: 'Only when it becomes', consent: 'Consent', account_sid: 'Account SID', program_id: 'Program ID',
    computed_prefix: 'Object name in front', computed_value: 'Value', email_hash: 'Hash', event_date: 'Taken from', advocate: 'Advocate program',
  },
  values: {
    mode: { live: 'live', off: 'off' },
    on: { created: 'a record is created', changed: 'a property changes' },
    computed_value: { internal: 'internal value', label: 'label' },
    email_hash: { sha1: 'SHA-1', sha256: 'SHA-256' },
    event_date: { preset: 'what the preset says', occurred: 'the time of the event' },
  },
  empty: { when: 'always', becomes: 'any value' },
  nothing: '–',
  yes: 'yes',
  no: 'no',
  of: (name, line) => `${name}: ${line}`,
  say: {
    consent: on => on ? 'consent given' : 'consent withdrawn',
    order: part => part === 'row' ? 'mappings in another order' : 'triggers in another order',
    mode: (name, mode) => `trigger “${name}” ${mode}`,
    trigger: (name, how, mode) => how === 'removed' ? `trigger “${name}” removed` : `trigger “${name}” ${how} (${mode})`,
    row: (name, how) => `mapping of ${name} ${how}`,
    thing: (name, how) => `${name} ${how}`,
    rows: (added, changed, removed) => [[added, 'added'], [changed, 'changed'], [removed, 'removed']].filter(([n]) => n > 0)
      .map(([n, how]) => `${plural(n, 'mapping row', 'mapping rows')} ${rows[how]}`).join(', '),
  },
};
