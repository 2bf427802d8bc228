/** Durations that were agreed, in the reader's language. */

import { say } from './words.svelte';

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
