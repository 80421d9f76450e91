// The piece of a landing page that keeps the partner's click id and puts it into forms (I-11, I-12, C-13).
// A pure function: the page shows what it makes, tests run it.

export const CLICK_PARAMETERS = ['im_ref', 'irclickid', 'clickid'];
export const CLICK_FIELD = 'custom_impact_click_id';

/** days: how long it is kept; domain: '' or 'example.com' for all its hosts; consent: kept only after connectorConsent(). */
export function landingSnippet({ days = 30, domain = '', consent = false } = {}) {
  return `<script>
(function () {
  var FIELD = '${CLICK_FIELD}', KEY = 'impact_click_id', MAX_AGE = ${days} * 86400;
  var names = ${JSON.stringify(CLICK_PARAMETERS)}, allowed = ${consent ? 'false' : 'true'}, id = '';

  // A new click replaces the one before it.
  var query = new URLSearchParams(location.search);
  for (var i = 0; i < names.length && !id; i++) {
    id = (query.get(names[i]) || '').trim();
    if (!/^[\\x21-\\x7e]{1,255}$/.test(id)) id = '';
  }
  function kept() {
    var found = document.cookie.match(/(?:^|; )impact_click_id=([^;]*)/);
    return found ? decodeURIComponent(found[1]) : '';
  }
  function keep() {
    if (id && allowed)
      document.cookie = KEY + '=' + encodeURIComponent(id) + '; Max-Age=' + MAX_AGE + '; Path=/; SameSite=Lax'${domain ? ` + '; Domain=${domain}'` : ''} +
        (location.protocol === 'https:' ? '; Secure' : '');
  }
  // Forms may come later, and may be drawn anew: each field of that name gets the id while it is empty.
  function fill() {
    var value = id || kept();
    if (!value) return;
    var fields = document.querySelectorAll('input[name="' + FIELD + '"], input[name$="/' + FIELD + '"]');
    for (var k = 0; k < fields.length; k++) {
      if (fields[k].value) continue;
      Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(fields[k], value);
      fields[k].dispatchEvent(new Event('input', { bubbles: true }));
      fields[k].dispatchEvent(new Event('change', { bubbles: true }));
    }
  }
  function start() {
    fill();
    new MutationObserver(fill).observe(document.documentElement, { childList: true, subtree: true });
  }
  // HubSpot's forms tell when they are ready.
  window.addEventListener('message', function (e) { if (e.data && e.data.type === 'hsFormCallback') fill(); });
  window.addEventListener('hs-form-event:on-ready', fill);
  document.addEventListener('submit', fill, true);
  window.connectorConsent = function () { allowed = true; keep(); };
  keep();
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', start); else start();
})();
</script>`;
}

/** What is wrong with a domain, or ''. */
export function domainFault(domain, words) {
  return domain === '' || /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/.test(domain) ? '' : words;
}
