/** SHOWN is a fact about a screen: a visible page has rendered the whole message. Only then is our node told. */

import { post } from './api';

/** The name of this page's stream: our node counts screens by it. */
export const consoleName = Array.from(crypto.getRandomValues(new Uint8Array(8)), (octet) =>
  octet.toString(16).padStart(2, '0'),
).join('');

/** A message that is shown is an entry; a call that is shown needs no alarm elsewhere, and is none. */
type What = 'message' | 'call';

const LOOK_AGAIN_MS = 500;
const told = new Set<string>();

/**
 * Tell our node that a message, or a call, is on this screen, once it has been drawn, while the page is visible and nothing covers it.
 *
 * `element` shows it. Call what is given back when it is shown no more: what was not told by then is never told.
 */
export function reportShown(number: string, element: Element | null = null, what: What = 'message'): () => void {
  let isWanted = true;
  let again: ReturnType<typeof setTimeout> | undefined;

  function look(): void {
    if (!isWanted || told.has(number)) return;
    if (!isSeen(element)) {
      again = setTimeout(look, LOOK_AGAIN_MS);
      return;
    }
    requestAnimationFrame(() => requestAnimationFrame(() => (isWanted && isSeen(element) ? void tell(number, what) : look())));
  }

  document.addEventListener('visibilitychange', look);
  look();
  return () => {
    isWanted = false;
    clearTimeout(again);
    document.removeEventListener('visibilitychange', look);
  };
}

/** Whether somebody in front of the screen sees it: no hidden page, not taken away, under no dialog. */
function isSeen(element: Element | null): boolean {
  if (document.visibilityState !== 'visible') return false;
  if (element === null) return true;
  return element.isConnected && element.checkVisibility() && !isCovered(element);
}

/** A dialog that is open covers what is in none; of several dialogs one is on top, and covers what is in the others. */
function isCovered(element: Element): boolean {
  const own = element.closest('dialog');
  if (own === null) return document.querySelector('dialog[open]') !== null;
  const { left, top, width, height } = own.getBoundingClientRect();
  return !own.contains(document.elementFromPoint(left + width / 2, top + height / 2));
}

async function tell(number: string, what: What): Promise<void> {
  if (told.has(number)) return;
  told.add(number);
  try {
    if (what === 'message') await post('/shown', { console: consoleName, messages: [number] });
    else await post('/calls/shown', { console: consoleName, calls: [number] });
  } catch {
    told.delete(number);
  }
}
