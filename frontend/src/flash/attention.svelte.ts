/** What a hidden tab shows of an alarm: its name and its icon. */

import { calls } from '../calls/ring/calls.svelte';
import { partyCode } from '../lib/desk';
import { say } from '../lib/words.svelte';
import { alarms } from './alarms.svelte';

const CALM = '/icon.svg';
const ALARM = '/icon-alarm.svg';

/** Words before the title of the page; none while nothing sounds. */
export function titlePrefix(): string {
  const [first] = alarms.flashes;
  if (first !== undefined) return `${say('ui-flash-title', { number: first, count: alarms.flashes.length })} · `;
  const [ringing] = [...calls.ringing, ...calls.ringingLocked];
  if (ringing) return `${say('ui-ring-title', { party: partyCode(ringing.party) })} · `;
  return alarms.outcomes.length > 0 ? `${say('ui-outcome-title', { number: alarms.outcomes[0] ?? '' })} · ` : '';
}

/** Show the icon that belongs to what sounds. */
export function setIcon(isAlarm: boolean): void {
  document.querySelector('link[rel="icon"]')?.setAttribute('href', isAlarm ? ALARM : CALM);
}
