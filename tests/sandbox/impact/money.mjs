// Amounts in cents, and what a conversion's values say about them.

export const cents = (text) => Math.round(Number(text) * 100);
export const money = (n) => (n / 100).toFixed(2);

const INDEX = /^ItemSku(\d+)$/;

/** What an item adds to the sale, in cents, or null when only the order's Amount tells. */
function itemAmount(v, i) {
	if (v[`ItemSubTotal${i}`] !== undefined)
		return cents(v[`ItemSubTotal${i}`]) - cents(v[`ItemTotalDiscount${i}`] ?? 0);
	if (v[`ItemPrice${i}`] !== undefined)
		return Math.round(cents(v[`ItemPrice${i}`]) * Number(v[`ItemQuantity${i}`] ?? 1));
	return null;
}

/** The items of a conversion: {sku, name, category, quantity, amount in cents or null}. */
function sentItems(v) {
	const out = [];
	for (const key of Object.keys(v)) {
		const i = INDEX.exec(key)?.[1];
		if (i)
			out.push({ sku: v[key], name: v[`ItemName${i}`] ?? '', category: v[`ItemCategory${i}`] ?? '', quantity: Number(v[`ItemQuantity${i}`] ?? 1), amount: itemAmount(v, i) });
	}
	return out;
}

/** Sale amount in cents: items less OrderDiscount, else Amount, else the order's subtotal; null when nothing says it. */
export function saleAmount(v, subtotalCounts) {
	const priced = sentItems(v).filter((item) => item.amount !== null);
	if (priced.length)
		return Math.max(0, priced.reduce((sum, item) => sum + item.amount, 0) - cents(v.OrderDiscount ?? 0));
	if (v.Amount !== undefined)
		return cents(v.Amount);
	if (v.OrderSubTotalPostDiscount !== undefined)
		return cents(v.OrderSubTotalPostDiscount);
	if (v.OrderSubTotal !== undefined)
		return subtotalCounts ? cents(v.OrderSubTotal) : 0;
	return null;
}

/** A sum over parts as the given weights, to the cent. */
export function share(total, weights) {
	const all = weights.reduce((a, b) => a + b, 0);
	let left = total;
	return weights.map((weight, i) => {
		const part = i === weights.length - 1 ? left : Math.round(all ? total * weight / all : total / weights.length);
		left -= part;
		return part;
	});
}

/** The items of an action: every action has one at least. An amount without item prices is shared among the items. */
export function itemsOf(v, total) {
	const items = sentItems(v);
	if (!items.length)
		return [{ sku: 'default', name: '', category: 'default', quantity: 1, amount: total }];
	if (items.every((item) => item.amount === null)) {
		const parts = share(total, items.map(() => 1));
		items.forEach((item, i) => { item.amount = parts[i]; });
	}
	return items.map((item) => ({ ...item, amount: item.amount ?? 0 }));
}
