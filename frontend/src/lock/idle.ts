/** Tells our node that somebody is at work here, so that a session by passkey locks only when nobody is. */

import { post } from '../lib/api';
import { session } from '../lib/session.svelte';

const TELL_EVERY_MS = 60_000;
const SIGNS = ['pointerdown', 'keydown', 'wheel', 'input'] as const;

/** Begin; call what is given back to end. `locksMs`: so long after the last act the session locks. */
export function tellOfActs(locksMs: number): () => void {
  const everyMs = Math.min(TELL_EVERY_MS, locksMs / 4);
  let toldMs = performance.now();
  function hear(): void {
    if (performance.now() - toldMs < everyMs) return;
    toldMs = performance.now();
    session.stay().catch(() => undefined); // a node that does not answer is told of by the page
  }
  for (const sign of SIGNS) addEventListener(sign, hear, { capture: true, passive: true });
  return () => {
    for (const sign of SIGNS) removeEventListener(sign, hear, { capture: true });
  };
}

/** Lock this browser now: our node ends its stream, and the page begins anew, locked. */
export async function lockNow(): Promise<void> {
  session.values = await post('/session/lock', {});
}
