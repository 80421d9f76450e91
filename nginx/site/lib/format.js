// Times, money and counts as people read them.
const LOCALE = 'en-GB';
const dateTime = new Intl.DateTimeFormat(LOCALE, { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit' });
const clock = new Intl.DateTimeFormat(LOCALE, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const hour = new Intl.DateTimeFormat(LOCALE, { hour: '2-digit', minute: '2-digit' });
const day = new Intl.DateTimeFormat(LOCALE, { day: 'numeric', month: 'short', year: 'numeric' });
const whole = new Intl.NumberFormat(LOCALE);

const valid = iso => iso && !Number.isNaN(Date.parse(iso));

export const formatDateTime = iso => valid(iso) ? dateTime.format(new Date(iso)) : '';
export const formatDate = iso => valid(iso) ? day.format(new Date(iso)) : '';
/** A day without a time, "2026-11-21": "21 Nov 2026", or "21 Nov". */
const dayMonth = new Intl.DateTimeFormat(LOCALE, { day: 'numeric', month: 'short', timeZone: 'UTC' });
const dayMonthYear = new Intl.DateTimeFormat(LOCALE, { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });
export const formatDay = (iso, { year = true } = {}) => valid(iso) ? (year ? dayMonthYear : dayMonth).format(new Date(iso)) : '';
export const formatCount = n => n === undefined ? '–' : whole.format(n);

/** "10:42:07" today, otherwise with the day in front. */
export function formatTime(iso) {
  if (!valid(iso)) return '';
  const at = new Date(iso);
  return at.toDateString() === new Date().toDateString() ? clock.format(at) : dateTime.format(at);
}

/** "16:40" */
export const formatHour = iso => valid(iso) ? hour.format(new Date(iso)) : '';
export const isToday = iso => valid(iso) && new Date(iso).toDateString() === new Date().toDateString();

/** The same moment in UTC, for the tooltip. */
export const formatUtc = iso => valid(iso) ? new Date(iso).toISOString().replace('T', ' ').replace('Z', ' UTC') : '';

/** "42.00 USD": figures as they came, the currency behind them. */
export function formatMoney(amount, currency) {
  if (amount === null || amount === undefined || amount === '') return '';
  const figure = Number(amount);
  const shown = Number.isFinite(figure) ? figure.toLocaleString(LOCALE, { minimumFractionDigits: 2, maximumFractionDigits: 2 }) : String(amount);
  return currency ? `${shown} ${currency}` : shown;
}
