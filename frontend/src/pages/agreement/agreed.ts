/** What was agreed, in the reader's language: durations, roles of keys, states of amendments. */

import type { AmendmentValues } from '../../generated/types';
import { partyCode } from '../../lib/desk';
import { formatSecond } from '../../lib/time';
import { say } from '../../lib/words.svelte';

const UNITS: readonly (readonly [string, number])[] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
];

/** `1 h 30 min`: a duration of whole seconds, its greatest units first. */
export function durationWords(seconds: number): string {
  let left = seconds;
  const parts: string[] = [];
  for (const [unit, size] of UNITS) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count > 0) parts.push(say(`ui-${unit}s`, { count }));
  }
  return parts.join(' ') || say('ui-seconds', { count: 0 });
}

/** How an amendment stands: who has not signed, or from when it is in force. */
export function stateWords(amendment: AmendmentValues): string {
  if (amendment.missing.length > 0) return say('ui-amendment-missing', { parties: amendment.missing.map(partyCode).join(', ') });
  if (amendment.in_force_ms === null) return say('ui-amendment-not-everywhere');
  return say('ui-amendment-in-force', { time: formatSecond(amendment.in_force_ms) });
}
