/** The level of the firebreak as our node told it last: what stands at the top of every page. */

import type { FirebreakEvent, Level } from '../generated/types';
import { live } from './live.svelte';

/** Our node judges each minute at least: a level that is older than this is not known any more. */
const STALE_MS = 180_000;

class Firebreak {
  event = $state.raw<FirebreakEvent | null>(null);

  constructor() {
    live.on('firebreak', (event) => (this.event = event));
    live.on('locked', () => (this.event = null));
  }

  get level(): Level {
    const { event } = this;
    if (event === null || event.looked_ms === null || live.nowMs - event.looked_ms > STALE_MS) return 'unknown';
    return event.level;
  }
}

export const firebreak = new Firebreak();
