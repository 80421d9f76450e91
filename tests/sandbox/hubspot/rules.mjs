// Rules that an account's administrator sets: what a record must have. HubSpot holds API writes to them from 2026-09 on.
import { validation } from './errors.mjs';

export const ENFORCED_FROM = '2026-09';

/** A dated version that is held to the account's rules; older ones and the pages are not. */
export const enforces = (version) => /^\d{4}-\d\d$/.test(version ?? '') && version >= ENFORCED_FROM;

export class Rules {
	#store;

	constructor(store) {
		this.#store = store;
	}

	/** {required: [name], conditional: [{when, equals, require}]} */
	of(portalId, type) {
		return this.#store.get('rule', `${portalId}|${type}`) ?? { required: [], conditional: [] };
	}

	set(portalId, type, { required = [], conditional = [] }) {
		return this.#store.put('rule', `${portalId}|${type}`, { required, conditional });
	}

	/** Names of the properties that a rule speaks of. */
	names(portalId, type) {
		const { required, conditional } = this.of(portalId, type);
		return new Set([...required, ...conditional.flatMap((c) => [c.when, c.require])]);
	}

	/** given: what this write sets; all: the record after it; creating: whether the create form counts. */
	check(portalId, type, given, all, creating) {
		const { required, conditional } = this.of(portalId, type);
		const errors = [];
		if (creating)
			for (const name of required)
				if (!all[name])
					errors.push({ message: `A value for ${name} must be provided`, code: 'MISSING_REQUIRED_PROPERTY', context: { propertyName: [name] } });
		for (const c of conditional)
			if ((c.when in given || c.require in given) && all[c.when] && (c.equals === undefined || all[c.when] === c.equals) && !all[c.require])
				errors.push({ message: `${c.require} is required because of a conditional property rule based on [${c.when}]`,
					code: 'MISSING_CONDITIONAL_REQUIRED_PROPERTY', context: { propertyName: [c.require] } });
		if (errors.length)
			throw validation(errors[0].message, errors);
	}
}
