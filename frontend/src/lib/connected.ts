import { untrack } from 'svelte';

import { live } from './live.svelte';

/**
 * Inside an effect: load when the stream is connected, and again at each new connection, for events were missed.
 *
 * What loading reads or sets is no reason to load again; otherwise a page asks our node without end.
 */
export function whenConnected(load: () => unknown): void {
  if (live.connections > 0) untrack(load);
}
