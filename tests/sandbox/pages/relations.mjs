// What a record has to do with others: its links with their labels, and the record that it may be merged with.
import { linkable } from '../hubspot/association-types.mjs';
import { canMerge } from '../hubspot/merge.mjs';
import * as op from '../operations.mjs';
import { titleOf, typeWord } from './crm.mjs';
import { html, select } from './html.mjs';

const OFFERED = 300;
const offered = (w, acc, type, own) => w.crm.list(acc.portalId, type).slice(-OFFERED).reverse().filter((r) => r !== own);

/** Every link with its labels, and a button that removes it. */
export function linkList(w, acc, rec, here) {
	return linkable(rec.type).flatMap((to) => w.crm.associations(acc.portalId, rec.type, rec.id, to).map((a) => {
		const other = titleOf(w.crm.find(acc.portalId, to, a.id));
		const labels = a.types.map((t) => t.label).filter(Boolean);
		return html`<li><form method="post" action="${here}" class="inline">${typeWord(to)} <a href="/crm/${acc.portalId}/${to}/${a.id}">${other}</a>${labels.map((l) => html` <span class="tag">${l}</span>`)}
<input type="hidden" name="with" value="${to}:${a.id}"><button name="act" value="unlink" aria-label="Remove the link with ${other}">Remove</button></form></li>`;
	}));
}

export function associateForm(w, acc, rec, here) {
	const records = linkable(rec.type).map((to) => [typeWord(to), offered(w, acc, to, rec).map((r) => [`${to}:${r.id}`, `${titleOf(r)} (${r.id})`])]).filter(([, rows]) => rows.length);
	const labels = linkable(rec.type).flatMap((to) => w.associationTypes.of(acc.portalId, rec.type, to).filter((t) => t.label).map((t) => [`${to}:${t.label}`, `${typeWord(to)}: ${t.label}`]));
	return records.length === 0 ? '' : html`<form method="post" action="${here}" class="card" aria-labelledby="associate"><h2 id="associate">Associate</h2>
${select('Record to associate', 'with', records, '', { id: 'associate-with' })}
${select('Association label', 'label', [['', [['', 'No label'], ...labels]]], '', { id: 'associate-label', hint: 'Labels are made on the set-up page' })}
<p><button name="act" value="link">Associate</button></p></form>`;
}

export function mergeForm(w, acc, rec, here) {
	const others = canMerge(rec.type) ? offered(w, acc, rec.type, rec) : [];
	return others.length === 0 ? '' : html`<form method="post" action="${here}" class="card danger" aria-labelledby="merge"><h2 id="merge">Merge</h2>
<p>The other record becomes a part of this one: this one keeps its values and takes what it lacks, the links too. It cannot be undone.</p>
${select('Record to merge into this one', 'other', [['', others.map((r) => [r.id, `${titleOf(r)} (${r.id})`])]], '', { id: 'merge-other' })}
<p><button class="bad" name="act" value="merge">Merge</button></p></form>`;
}

function other(form) {
	const [type, ...rest] = (form.get('with') ?? '').split(':');
	return { type: op.needType(type), rest: rest.join(':') };
}

export const RELATION_ACTS = {
	link: (w, acc, rec, form) => {
		const { type, rest: id } = other(form);
		const [of, ...words] = (form.get('label') ?? '').split(':');
		if (of && of !== type)
			throw new op.Refused(`The label ${words.join(':')} is for links with ${typeWord(of)}s`);
		op.associate(w, acc, rec.type, rec.id, type, id, words.join(':'));
		return 'Associated';
	},
	unlink: (w, acc, rec, form) => {
		const { type, rest: id } = other(form);
		op.dissociate(w, acc, rec.type, rec.id, type, id);
		return 'The link is removed';
	},
	merge: (w, acc, rec, form) => `${titleOf(op.merge(w, acc, rec.type, rec.id, form.get('other')))} is merged`,
};
