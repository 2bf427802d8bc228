/** What the parts of a notice on its way down share. */

import type { PassingActRequest, PassedUnitValues, ReachedValues } from '../generated/types';
import { formatDuration } from '../lib/time';
import { say } from '../lib/words.svelte';

/** What an officer is about to do. */
export type Doing =
  | { act: PassingActRequest['act']; unit?: PassedUnitValues }
  | { act: 'telephone'; unit: PassedUnitValues };

export const KINDS: Readonly<Record<string, number>> = {
  NOTICE_STOPPED: 135,
  NOTICE_RESUMED: 136,
  NOTICE_PASSED_DOWN: 137,
  UNIT_REACHED: 138,
  CHECKED_IN: 139,
};

export function dashed(code: string): string {
  return code.replaceAll('_', '-');
}

/** A unit's own act and its desk's word never look alike. */
export function isOwnAct(reached: ReachedValues): boolean {
  return reached.proof !== 'voice';
}

/** How long until it begins, or since it has. */
export function countdown(startMs: number | null, nowMs: number): string {
  if (startMs === null) return '';
  const span = formatDuration(startMs - nowMs);
  return say(startMs > nowMs ? 'passing-begins' : 'passing-begun', { span });
}
