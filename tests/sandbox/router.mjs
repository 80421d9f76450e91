// Routes as data: ['GET', '/crm/objects/:v/:type', handler, extra].

function compile(pattern) {
	const names = [];
	const source = pattern.replace(/:(\w+)/g, (_, name) => {
		names.push(name);
		return '([^/]+)';
	});
	return { names, regex: new RegExp(`^${source}/?$`) };
}

export class Router {
	#routes;

	constructor(routes) {
		this.#routes = routes.map(([method, pattern, handler, extra]) => ({ method, handler, extra, ...compile(pattern) }));
	}

	/** {handler, params, extra}, or {allowed: true} when only the method is wrong, or null. */
	find(method, path) {
		let allowed = false;
		for (const r of this.#routes) {
			const m = r.regex.exec(path);
			if (!m)
				continue;
			if (r.method !== method) {
				allowed = true;
				continue;
			}
			const params = {};
			try {
				r.names.forEach((name, i) => { params[name] = decodeURIComponent(m[i + 1]); });
			} catch {
				return null;
			}
			return { handler: r.handler, extra: r.extra, params };
		}
		return allowed ? { allowed } : null;
	}
}
