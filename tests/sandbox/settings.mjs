// Every switch of the sandbox: what it may be, its value at start, in words.

export const SETTINGS = {
	judge_ms: [4000, 'impact.com: time from a conversion to its verdict'],
	dedup: [false, 'impact.com: refuse a second conversion with the same OrderId and event type (CONV_DUPLICATE)'],
	dedup_s: [30 * 86400, 'impact.com: length of the deduplication window of an event type, when dedup is on'],
	conversion_answer: ['queued', 'impact.com: what POST Conversions answers: queued, action (ActionId at once) or uri (Status OK with the action\'s Uri)'],
	strict_fields: [true, 'impact.com: refuse conversion fields that it does not know'],
	subtotal_counts: [true, 'impact.com: OrderSubTotal alone makes the sale amount'],
	old_events: ['rewrite', 'impact.com: a conversion of an event over 88 days ago: rewrite (its date becomes the time of the submission), keep, or refuse (398 days with MediaId)'],
	currency_required: [false, 'impact.com: refuse amounts without CurrencyCode instead of taking the account\'s currency'],
	strict_customer: [false, 'impact.com: refuse a CustomerId of less than 7 characters, 3 of them different, or with blanks'],
	change_refusal: ['submission', 'impact.com: an impossible modification or reversal is told by the submission, or at once by a 400: request'],
	approve_effect: ['state', 'impact.com: an approving disposition code makes the action APPROVED (state), brings the locking date forward (lock), or only notes it (none)'],
	reversed_modifiable: [false, 'impact.com: a reversed action can be modified, not only RESET'],
	reversal_deltas: ['negative', 'impact.com: DeltaAmount and DeltaPayout of the update of a reversal: negative or positive'],
	test_actions_listed: [false, 'impact.com: the API shows test actions too'],
	tracker_filter: [false, 'impact.com: the Actions list obeys the undocumented ActionTrackerId'],
	join_bumps_partner: [false, 'impact.com: joining a program changes a partner\'s DateLastUpdated'],
	absolute_uris: [false, 'impact.com: QueuedUri and the addresses of other pages are absolute'],
	single_as_object: [false, 'impact.com: a list of one row is that row, not an array'],
	lock_s: [16 * 86400, 'impact.com: time from an action to its locking date'],
	pay_s: [30 * 86400, 'impact.com: time from the locking date to payment'],
	window_s: [30 * 86400, 'impact.com: referral window of a click'],
	hour_seconds: [3600, 'impact.com: length of the hour of its rate limit'],
	impact_limit: [1000, 'impact.com: requests per hour and account'],
	impact_window: ['first_call', 'impact.com: an hour begins with a call after the last one has ended (first_call), by the clock (clock), or is the one just passed (sliding)'],
	conversions_limited: [true, 'impact.com: POST Conversions counts against the hourly limit'],
	limit_headers: ['seconds', 'impact.com: X-RateLimit-Reset in seconds, as an epoch time (epoch), or as the x-ratelimit-limit-hour headers (hour)'],
	retry_after: [true, 'impact.com: a 429 tells Retry-After'],
	token_s: [1800, 'HubSpot: life of an access token'],
	code_s: [60, 'HubSpot: life of an authorization code'],
	rotate_refresh: [false, 'HubSpot: a refresh answers with a new refresh token, the old one ends'],
	rotate_grace: [false, 'HubSpot: with rotate_refresh, the old refresh token is good until the new one is used'],
	hubspot_limit: [110, 'HubSpot: requests per 10 seconds and account'],
	search_limit: [5, 'HubSpot: searches per second and account'],
	daily_limit: [0, 'HubSpot: requests per day and account; 0 for none, as for a marketplace app'],
	association_limit: [150, 'HubSpot: association requests per 10 seconds and account'],
	association_daily: [500000, 'HubSpot: association requests per day and account'],
	lock_upserts: [3000, 'HubSpot: this many upserts of one object within 10 seconds lock it (423)'],
	lock_ms: [2000, 'HubSpot: how long such a lock lasts'],
	custom_properties: [1000, 'HubSpot: custom properties an object may have'],
	unique_status: [409, 'HubSpot: answer to a value of a unique property that is taken, 409 or 400'],
	refuse_same_ids: [true, 'HubSpot: refuse a batch that names a record twice; off: the last one wins'],
	merge_new_id: [false, 'HubSpot: a merge gives the surviving record a new id'],
	uninstalled_token_works: [false, 'HubSpot: an access token works until it expires although the app was uninstalled'],
	search_lag_ms: [0, 'HubSpot: how long a change stays invisible to search'],
	association_ids_as_strings: [false, 'HubSpot: toObjectId as a string, not as a number'],
	webhooks: [true, 'HubSpot: send webhooks'],
	batch_ms: [100, 'HubSpot: how long changes are collected before a webhook leaves'],
	mixed_accounts: [false, 'HubSpot: one webhook may hold events of several accounts'],
	doubled: [false, 'HubSpot: send every webhook twice'],
	out_of_order: [false, 'HubSpot: shuffle the events and let later webhooks overtake earlier ones'],
	webhook_signature: ['good', 'HubSpot: sign webhooks good, bad (wrong secret), old (10 minutes ago), v1 (only v1) or v2 (only v2)'],
	retry_ms: ['500 1000 2000 4000 8000 15000 30000 60000 60000 60000', 'HubSpot: pauses before the further tries of a webhook'],
	webhook_timeout_ms: [5000, 'HubSpot: how long an answer to a webhook may take'],
};

const CHOICES = {
	conversion_answer: ['queued', 'action', 'uri'],
	impact_window: ['first_call', 'clock', 'sliding'],
	old_events: ['rewrite', 'keep', 'refuse'],
	change_refusal: ['submission', 'request'],
	approve_effect: ['state', 'lock', 'none'],
	reversal_deltas: ['negative', 'positive'],
	limit_headers: ['seconds', 'epoch', 'hour'],
	webhook_signature: ['good', 'bad', 'old', 'v1', 'v2'],
};

function convert(name, value) {
	const [like] = SETTINGS[name] ?? [];
	if (like === undefined)
		throw new Error(`unknown setting ${name}`);
	if (typeof like === 'boolean') {
		if (![true, false, 'true', 'false', 'on', 'off'].includes(value))
			throw new Error(`${name} must be true or false`);
		return value === true || value === 'true' || value === 'on';
	}
	if (typeof like === 'number') {
		const n = Number(value);
		if (value === '' || !Number.isFinite(n) || n < 0)
			throw new Error(`${name} must be a number, 0 or more`);
		if (name === 'unique_status' && n !== 400 && n !== 409)
			throw new Error('unique_status must be 400 or 409');
		return n;
	}
	const text = String(value);
	if (CHOICES[name] && !CHOICES[name].includes(text))
		throw new Error(`${name} must be ${CHOICES[name].slice(0, -1).join(', ')} or ${CHOICES[name].at(-1)}`);
	if (name === 'retry_ms' && !/^\d+( \d+)*$/.test(text))
		throw new Error('retry_ms must be milliseconds separated by blanks');
	return text;
}

export class Settings {
	#store;
	#start;

	/** start: values of the command line; changes made later are kept over a restart. */
	constructor(store, start = {}) {
		this.#store = store;
		this.#start = Object.fromEntries(Object.entries(start).map(([k, v]) => [k, convert(k, v)]));
		this.#apply();
	}

	set(changes) {
		const clean = Object.entries(changes).map(([k, v]) => [k, convert(k, v)]);
		for (const [k, v] of clean)
			this.#store.put('setting', k, v);
		this.#apply();
	}

	reset() {
		this.#store.clear('setting');
		this.#apply();
	}

	all() {
		return Object.fromEntries(Object.keys(SETTINGS).map((k) => [k, this[k]]));
	}

	#apply() {
		for (const [name, [initial]] of Object.entries(SETTINGS))
			this[name] = this.#store.get('setting', name) ?? this.#start[name] ?? initial;
	}
}
