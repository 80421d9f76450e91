// The question before a page is left that has something to lose.
import { useLayoutEffect } from '../html.js';
import { setGuard } from '../lib/router.js';
import { confirm } from './dialog.js';

/**
 * Asks before the page is left, by link, by the back button or by closing the tab, while `held`.  `words`: leaveTitle, leaveBody, leave
 * and stay; `inside(path)`: what is no leaving; `also`: what `inside` looks at.
 */
export function useLeaveGuard(held, words, inside = () => false, leave = () => {}, also = null) {
  useLayoutEffect(() => { // as soon as one sees that there is something to lose
    if (!held) return undefined;
    const onUnload = e => { e.preventDefault(); e.returnValue = ''; };
    addEventListener('beforeunload', onUnload);
    setGuard(async path => {
      if (inside(path)) return true;
      const left = await confirm({ title: words.leaveTitle, body: words.leaveBody, yes: words.leave, kind: 'danger', cancel: words.stay });
      if (left) { setGuard(null); leave(); }
      return left;
    });
    return () => { removeEventListener('beforeunload', onUnload); setGuard(null); };
  }, [held, also]);
}
