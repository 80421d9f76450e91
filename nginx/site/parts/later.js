// A page whose modules are read when it is first opened: the first look at the site waits for one page, not for all of them.
import { html, useEffect, useState } from '../html.js';
import { text } from '../text.js';
import { needs } from '../lib/needs.js';
import { Failed, PageHead, Skeleton } from './notice.js';

/**
 * The component `name` of pages/`file`.js, which shows grey bars until it is there; its `ahead()` reads it before anybody opens it.
 * A page that cannot be read is asked for again by loading the site anew: it may have changed.
 */
export function later(file, name) {
  let Page = null;
  let reading = null;
  const read = () => {
    reading ??= import(`../pages/${file}.js`).then(module => { Page = module[name]; });
    for (const path of needs[file] ?? []) preload(path);
    return reading;
  };

  function Later(props) {
    const [state, setState] = useState(Page ? 'there' : 'waiting');
    useEffect(() => {
      if (state === 'waiting') read().then(() => setState('there'), () => setState('failed')); // it may have come since this was drawn
    }, []);
    if (Page) return html`<${Page} ...${props} />`;
    if (state === 'waiting') return html`<${Skeleton} lines=${6} tall />`;
    return html`<${PageHead} title=${text.common.failedTitle} />
      <${Failed} title=${text.common.pageFailed} error=${{ message: text.errors.network }} retry=${() => location.reload()} />`;
  }
  Later.ahead = () => { read().catch(() => {}); };
  return Later;
}

function preload(path) {
  if (document.head.querySelector(`link[href="${path}"]`)) return;
  const link = document.createElement('link');
  link.rel = 'modulepreload';
  link.href = path;
  document.head.append(link);
}
