// Object types of the CRM, their names, and the default association types between them.

const TYPES = {
	contacts: { id: '0-1', singular: 'contact', modified: 'lastmodifieddate', offset: 0 },
	companies: { id: '0-2', singular: 'company', modified: 'hs_lastmodifieddate', offset: 100000 },
	deals: { id: '0-3', singular: 'deal', modified: 'hs_lastmodifieddate', offset: 200000 },
	line_items: { id: '0-8', singular: 'line_item', modified: 'hs_lastmodifieddate', offset: 300000 },
};

export const TYPE_NAMES = Object.keys(TYPES);
export const typeInfo = (name) => TYPES[name];

/** "deals", "deal" or "0-3" to "deals"; null when unknown. */
export function typeName(text) {
	for (const [name, t] of Object.entries(TYPES))
		if (text === name || text === t.singular || text === t.id)
			return name;
	return null;
}

// from -> to: [unlabelled type, primary type]
const LINKS = {
	'contacts companies': [279, 1], 'companies contacts': [280, 2],
	'deals contacts': [3], 'contacts deals': [4],
	'deals companies': [341, 5], 'companies deals': [342, 6],
	'deals line_items': [19], 'line_items deals': [20],
	'contacts contacts': [449], 'companies companies': [450], 'deals deals': [451],
};

export const linkTypes = (from, to) => LINKS[`${from} ${to}`] ?? null;

/** CONTACT_TO_DEAL and so on, as webhooks name it. */
export const linkName = (from, to) => `${TYPES[from].singular}_TO_${TYPES[to].singular}`.toUpperCase();
