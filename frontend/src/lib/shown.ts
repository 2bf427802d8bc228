/** SHOWN is a fact about a screen: a visible page has rendered the whole message. Only then is our node told. */

import { post } from './api';

/** The name of this page's stream: our node counts screens by it. */
export const consoleName = Array.from(crypto.getRandomValues(new Uint8Array(8)), (octet) =>
  octet.toString(16).padStart(2, '0'),
).join('');

const told = new Set<string>();

/** Say that a message is on this screen, once it has been drawn and while the page is visible; call again when it is not sure. */
export function reportShown(number: string): void {
  if (told.has(number)) return;
  if (document.visibilityState !== 'visible') {
    document.addEventListener('visibilitychange', () => reportShown(number), { once: true });
    return;
  }
  requestAnimationFrame(() => requestAnimationFrame(() => void tell(number)));
}

async function tell(number: string): Promise<void> {
  if (document.visibilityState !== 'visible') return reportShown(number);
  if (told.has(number)) return;
  told.add(number);
  try {
    await post('/shown', { console: consoleName, messages: [number] });
  } catch {
    told.delete(number);
  }
}
