// After a way within the site the screen reader starts at the new page's title, which may come after the page's parts were read.
let from = null; // where the focus was when a title was wanted that was not there yet

/** Focuses the page's title: now, or when it is shown and nobody has moved the focus meanwhile. */
export function focusTitle() {
  const title = document.getElementById('page-title');
  from = title ? null : document.activeElement;
  title?.focus({ preventScroll: true });
}

/** A title is shown. */
export function titleShown() {
  const at = document.activeElement;
  if (from && (at === from || at === document.body)) focusTitle();
  from = null;
}
