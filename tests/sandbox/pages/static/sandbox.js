// Brings the parts of a page that change by themselves up to date. The pages work without it.
const EVERY = 1500;
const live = () => [...document.querySelectorAll('[data-live]')];

/** Somebody is working in it: a field has focus, details are open, a select was changed, text is marked. */
function busy(part) {
	const changed = [...part.querySelectorAll('select')].some((s) => ![...s.options].some((o) => o.selected && o.defaultSelected));
	return part.contains(document.activeElement) || part.querySelector('details[open]') || changed
		|| (!document.getSelection().isCollapsed && part.contains(document.getSelection().anchorNode));
}

async function refresh() {
	if (document.hidden || live().length === 0)
		return;
	const answer = await fetch(location.pathname + location.search);
	if (!answer.ok)
		return;
	const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
	for (const part of live()) {
		const now = fresh.querySelector(`[data-live="${part.dataset.live}"]`);
		if (now && !busy(part) && now.innerHTML !== part.innerHTML)
			part.replaceChildren(...now.childNodes);
	}
}

if (live().length)
	setInterval(() => refresh().catch(() => {}), EVERY);
