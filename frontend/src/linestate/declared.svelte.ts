/** How the parties declare the line, as it stands: asked anew when an entry says so, and when an announced state begins. */

import type { LineStatePage } from '../generated/types';
import { get } from '../lib/api';
import { whenConnected } from '../lib/connected';
import { live } from '../lib/live.svelte';

const CLOCK_MS = 30_000;

class Declared {
  values = $state.raw<LineStatePage | null>(null);

  /** Keep it current while a component is there; call what is given back when it goes. */
  follow(): () => void {
    const stop = $effect.root(() => {
      $effect(() => whenConnected(() => this.load()));
    });
    const clock = setInterval(() => void (this.values?.next_ms && live.nowMs >= this.values.next_ms && this.load()), CLOCK_MS);
    const forget = live.on('entry', ({ kind }) => void (kind === 'LINE_STATE' && this.load()));
    return () => {
      stop();
      clearInterval(clock);
      forget();
    };
  }

  async load(): Promise<void> {
    try {
      this.values = await get<LineStatePage>('/line-state');
    } catch {
      // What was known stands; the page says itself when it is not live.
    }
  }
}

export const declared = new Declared();
