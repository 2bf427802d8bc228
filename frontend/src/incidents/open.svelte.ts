/** The incidents that are open, for the top of every page: asked anew when an entry says so. */

import type { IncidentPage } from '../generated/types';
import { get } from '../lib/api';
import { whenConnected } from '../lib/connected';
import { live } from '../lib/live.svelte';

const AT_MOST = 50;
const CALM_MS = 1_000;

class OpenIncidents {
  page = $state.raw<IncidentPage | null>(null);
  #calm: ReturnType<typeof setTimeout> | undefined;

  /** Keep it current while a component is there; call what is given back when it goes. */
  follow(): () => void {
    const stop = $effect.root(() => {
      $effect(() => whenConnected(() => this.load()));
    });
    const forget = live.on('entry', ({ kind }) => {
      if (kind.startsWith('INCIDENT')) this.#calm ??= setTimeout(() => void this.load(), CALM_MS);
    });
    return () => {
      stop();
      clearTimeout(this.#calm);
      forget();
    };
  }

  async load(): Promise<void> {
    this.#calm = undefined;
    try {
      this.page = await get<IncidentPage>('/incidents', { is_open: true, limit: AT_MOST });
    } catch {
      // What was known stands; the page says itself when it is not live.
    }
  }
}

export const openIncidents = new OpenIncidents();
