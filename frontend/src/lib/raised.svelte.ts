/** Conflicts that are raised on every page: seen, never heard. */

import type { ConflictAlarm } from '../generated/types';
import { live } from './live.svelte';

class Raised {
  alarms = $state.raw<readonly ConflictAlarm[]>([]);

  constructor() {
    live.on('conflict', ({ alarms }) => (this.alarms = alarms));
    live.on('locked', () => (this.alarms = []));
  }
}

export const raised = new Raised();
