// OAuth: codes, tokens, installs, and the endpoints that hand them out. The pages are in pages/consent.mjs.
import { createHash, randomBytes } from 'node:crypto';
import { account } from './accounts.mjs';
import { oauthError } from './errors.mjs';

const token = (prefix, bytes = 48) => prefix + randomBytes(bytes).toString('base64url');
const challengeOf = (verifier, method) => method === 'S256' ? createHash('sha256').update(verifier).digest('base64url') : verifier;
const words = (text) => String(text ?? '').split(/[ +]/).filter(Boolean);

export class OAuth {
	#w;

	constructor(w) {
		this.#w = w;
	}

	/** The live install of an account, or undefined. */
	install(portalId) {
		const row = this.#w.store.get('install', portalId);
		return row?.active ? row : undefined;
	}

	installs() {
		return [...this.#w.store.table('install').values()];
	}

	/** What is wrong with an authorize request; an empty list when nothing is. */
	authorizeErrors(query) {
		const { clientId, app } = this.#w.conf;
		const wrong = [];
		if (query.get('client_id') !== clientId)
			wrong.push(`client_id ${query.get('client_id') ?? '(missing)'} is not the client id of this app`);
		const uri = query.get('redirect_uri');
		if (!uri || !app.redirectUrls.includes(uri))
			wrong.push(`redirect_uri ${uri ?? '(missing)'} is not one of the app's redirectUrls: ${app.redirectUrls.join(', ')}`);
		else
			wrong.push(...this.#uriErrors(uri));
		const asked = words(query.get('scope'));
		const missing = app.requiredScopes.filter((s) => !asked.includes(s));
		const extra = asked.filter((s) => !app.requiredScopes.includes(s) && !app.conditionalScopes.includes(s));
		if (missing.length)
			wrong.push(`scope lacks what the app requires: ${missing.join(' ')}`);
		if (extra.length)
			wrong.push(`scope asks for more than the app requires: ${extra.join(' ')}`);
		const optional = words(query.get('optional_scope') ?? query.get('optional_scopes')).filter((s) => !app.optionalScopes.includes(s));
		if (optional.length)
			wrong.push(`optional_scope is not among the app's optionalScopes: ${optional.join(' ')}`);
		return wrong;
	}

	#uriErrors(uri) {
		let url;
		try {
			url = new URL(uri);
		} catch {
			return ['redirect_uri is no URL'];
		}
		const out = [];
		if (/^[\d.]+$|^\[/.test(url.hostname))
			out.push('redirect_uri must name a domain, not an IP address');
		if (url.protocol !== 'https:' && url.hostname !== 'localhost')
			out.push('redirect_uri must be https (http only for localhost)');
		return out;
	}

	/** Required scopes that the account's tier does not have: the app cannot be installed there. */
	lacking(portalId, query) {
		const { lacks = [] } = account(portalId);
		return words(query.get('scope')).filter((s) => lacks.includes(s));
	}

	/** A person pressed "Connect app": the code that goes back to the app. Optional scopes that the tier lacks are left out. */
	grant(portalId, userId, query) {
		const { lacks = [] } = account(portalId);
		const code = token('', 18);
		this.#w.store.put('code', code, {
			portalId: Number(portalId), userId, redirectUri: query.get('redirect_uri'), expires: Date.now() + this.#w.settings.code_s * 1000,
			scopes: [...new Set([...words(query.get('scope')), ...words(query.get('optional_scope') ?? query.get('optional_scopes')).filter((s) => !lacks.includes(s))])], used: false,
			...(query.has('code_challenge') ? { challenge: query.get('code_challenge'), method: query.get('code_challenge_method') ?? 'plain' } : {}),
		});
		return code;
	}

	/** The access token of an Authorization header: {row} or {expired: at} or {}. */
	bearer(header) {
		const m = /^Bearer (\S+)$/i.exec(header ?? '');
		const row = m && this.#w.store.get('access', m[1]);
		if (!row || this.gone(row.portalId))
			return {};
		const live = this.install(row.portalId)?.number === row.install;
		if (!live && !this.#w.settings.uninstalled_token_works)
			return {};
		return row.expires <= Date.now() ? { expired: row.expires } : { row };
	}

	/** The account itself was closed. */
	gone(portalId) {
		return Boolean(this.#w.store.get('account', portalId)?.gone);
	}

	uninstall(portalId) {
		const row = this.#w.store.get('install', portalId);
		if (row)
			this.#w.store.put('install', portalId, { ...row, active: false, uninstalledAt: new Date().toISOString() });
		this.withdraw(portalId);
	}

	/** The refresh tokens are worth nothing any more; the app stays, and access tokens live until they expire. */
	withdraw(portalId) {
		for (const [key, r] of this.#w.store.table('refresh'))
			if (r.portalId === Number(portalId))
				this.#w.store.put('refresh', key, { ...r, revoked: true });
	}

	#client(form) {
		if (form.get('client_id') !== this.#w.conf.clientId)
			return oauthError('BAD_CLIENT_ID');
		if (form.get('client_secret') !== this.#w.conf.clientSecret)
			return oauthError('BAD_CLIENT_SECRET');
		return null;
	}

	/** Form body, nothing in the query; the old v1 path also took the query. */
	#form(q, v1) {
		if (q.type !== 'application/x-www-form-urlencoded' && !(v1 && !q.body.length))
			return { error: { status: 415, body: { status: 'error', message: 'Content-Type must be application/x-www-form-urlencoded' } } };
		if (q.search && !v1)
			return { error: oauthError('BAD_REQUEST', 'parameters belong into the form body, not into the query') };
		return { form: v1 && !q.body.length ? q.query : q.form() };
	}

	token(q, v1 = false) {
		const { error, form } = this.#form(q, v1);
		if (error)
			return error;
		const grant = form.get('grant_type');
		if (!['authorization_code', 'refresh_token', 'client_credentials'].includes(grant))
			return oauthError('BAD_GRANT_TYPE');
		const bad = this.#client(form);
		if (bad)
			return bad;
		if (grant === 'authorization_code')
			return this.#exchange(form, v1);
		if (grant === 'refresh_token')
			return this.#refresh(form, v1);
		return oauthError('BAD_SCOPES');
	}

	#exchange(form, v1) {
		const { store } = this.#w;
		const row = store.get('code', form.get('code'));
		if (!row || row.used || row.expires <= Date.now())
			return oauthError('BAD_AUTH_CODE');
		if (form.get('redirect_uri') !== row.redirectUri)
			return oauthError('BAD_REDIRECT_URI');
		if (row.challenge && row.challenge !== challengeOf(form.get('code_verifier') ?? '', row.method))
			return oauthError('BAD_CODE_VERIFIER');
		store.put('code', form.get('code'), { ...row, used: true });
		const old = store.get('install', row.portalId);
		const number = old?.active ? old.number : (old?.number ?? 0) + 1;
		store.put('install', row.portalId, {
			portalId: row.portalId, userId: row.userId, scopes: row.scopes, active: true, number,
			installedAt: old?.active ? old.installedAt : new Date().toISOString(),
		});
		const refresh = token(`${account(row.portalId).region}-`, 24);
		store.put('refresh', refresh, { portalId: row.portalId, userId: row.userId, scopes: row.scopes, revoked: false });
		return this.#answer(refresh, v1);
	}

	#refresh(form, v1) {
		const { store, settings } = this.#w;
		let refresh = form.get('refresh_token');
		const row = store.get('refresh', refresh);
		if (row && this.gone(row.portalId))
			return oauthError('BAD_HUB');
		if (!row || row.revoked || !this.install(row.portalId))
			return oauthError('BAD_REFRESH_TOKEN');
		if (words(form.get('scope')).some((s) => !row.scopes.includes(s)))
			return oauthError('BAD_SCOPES');
		if (settings.rotate_refresh) {
			const { before, ...kept } = row;
			const ended = settings.rotate_grace ? before : refresh;
			if (ended)
				store.put('refresh', ended, { ...kept, revoked: true });
			const old = refresh;
			refresh = token(`${account(row.portalId).region}-`, 24);
			store.put('refresh', refresh, { ...kept, before: old });
		}
		return this.#answer(refresh, v1);
	}

	#answer(refresh, v1) {
		const { store, settings } = this.#w;
		const row = store.get('refresh', refresh);
		const now = Date.now();
		for (const [key, a] of store.table('access')) { // oldest first
			if (a.expires >= now - 3600000)
				break;
			store.del('access', key);
		}
		const access = token('CJ', 90);
		store.put('access', access, { ...row, refresh, install: this.install(row.portalId).number, expires: now + settings.token_s * 1000 });
		const body = { access_token: access, expires_in: settings.token_s, refresh_token: refresh, token_type: 'bearer' };
		if (!v1)
			Object.assign(body, { token_use: 'access_token', hub_id: row.portalId, user_id: row.userId, scopes: row.scopes, id_token: null });
		return { status: 200, body };
	}

	#describe(value, kind) {
		const row = this.#w.store.get(kind, value);
		const dead = !row || !this.install(row.portalId) || row.revoked || (kind === 'access' && row.expires <= Date.now());
		if (dead)
			return null;
		const acc = account(row.portalId);
		return {
			token: value, hub_id: row.portalId, user_id: row.userId, client_id: this.#w.conf.clientId, app_id: this.#w.conf.appId,
			user: acc.users.find((u) => u.id === row.userId)?.email, hub_domain: acc.domain, scopes: row.scopes,
			token_type: kind === 'access' ? 'Bearer' : 'refresh_token', token_use: `${kind}_token`,
			...(kind === 'access' ? { expires_in: Math.round((row.expires - Date.now()) / 1000), is_private_distribution: false, signed_access_token: this.#signed(row, acc) } : {}),
		};
	}

	#signed(row, acc) {
		return {
			expiresAt: row.expires, scopes: row.scopes.join(' '), hubId: row.portalId, userId: row.userId, appId: this.#w.conf.appId, signature: '', newSignature: '',
			hublet: acc.region, isUserLevel: false, installingUserId: row.userId, isServiceAccount: false, isPrivateDistribution: false };
	}

	introspect(q) {
		const { error, form } = this.#form(q, false);
		if (error)
			return error;
		const bad = this.#client(form);
		if (bad)
			return bad;
		const kind = form.get('token_type_hint') === 'refresh_token' ? 'refresh' : 'access';
		const found = this.#describe(form.get('token'), kind);
		return { status: 200, body: found ? { active: true, ...found } : { active: false } };
	}

	revoke(q) {
		const { error, form } = this.#form(q, false);
		if (error)
			return error;
		const bad = this.#client(form);
		if (bad)
			return bad;
		const row = this.#w.store.get('refresh', form.get('token'));
		if (row)
			this.#w.store.put('refresh', form.get('token'), { ...row, revoked: true });
		return { status: 200, body: {} };
	}

	// --- the old endpoints; the log marks their use as deprecated --------------------------------------------------

	oldInfo(value, kind) {
		const found = this.#describe(value, kind);
		if (found)
			['client_id', 'token_use', 'is_private_distribution', 'signed_access_token'].forEach((name) => delete found[name]);
		return found ? { status: 200, body: found } : { status: 404, body: { status: 'error', message: 'token not found' } };
	}

	oldRevoke(value) {
		const row = this.#w.store.get('refresh', value);
		if (row)
			this.#w.store.put('refresh', value, { ...row, revoked: true });
		return { status: row ? 204 : 404 };
	}
}
