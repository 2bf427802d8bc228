/** Conflicts, and units that are not reached, that are raised on every page: seen, never heard. */

import type { ConflictAlarm, GapAlarm } from '../generated/types';
import { live } from './live.svelte';

class Raised {
  alarms = $state.raw<readonly ConflictAlarm[]>([]);
  gaps = $state.raw<readonly GapAlarm[]>([]);

  constructor() {
    live.on('conflict', ({ alarms }) => (this.alarms = alarms));
    live.on('gap', ({ alarms }) => (this.gaps = alarms));
    live.on('locked', () => {
      this.alarms = [];
      this.gaps = [];
    });
  }
}

export const raised = new Raised();
