/** What signing in by passkey and a locked console need beside the first page, with their words. */

import { words } from '../lib/words.svelte';

export async function loadLock(): Promise<typeof import('./Lock.svelte')> {
  return (await Promise.all([import('./Lock.svelte'), words.loadAll()]))[0];
}

export async function loadSignIn(): Promise<typeof import('./SignInByPasskey.svelte')> {
  return (await Promise.all([import('./SignInByPasskey.svelte'), words.loadAll()]))[0];
}
