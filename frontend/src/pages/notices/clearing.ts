/** What could be changed so that two notices meet no longer: each way alone is enough. */

import type { ClearingValues } from '../../generated/types';
import { counted, say } from '../../lib/words.svelte';
import { distanceWords, spanWords } from './notices';

export function clearingWords(clearing: ClearingValues): readonly string[] {
  const ways: (string | null)[] = [
    clearing.later_s === null ? null : say('conflicts-later', { time: spanUp(clearing.later_s) }),
    clearing.earlier_s === null ? null : say('conflicts-earlier', { time: spanUp(clearing.earlier_s) }),
    clearing.raise_m === null ? null : say('conflicts-higher', { altitude: metresWords(clearing.raise_m) }),
    clearing.lower_m === null ? null : say('conflicts-lower', { altitude: metresWords(clearing.lower_m) }),
    clearing.move_m === null
      ? null
      : say('conflicts-moved', { distance: distanceWords(clearing.move_m), bearing: String(clearing.move_bearing_deg ?? 0).padStart(3, '0') }),
  ];
  return ways.filter((way) => way !== null);
}

function metresWords(metres: number): string {
  return `${counted(metres)} ${say('ui-notice-unit-m')}`;
}

/** Cut to two units a shift might fall short: it is said in whole minutes, rounded up. */
function spanUp(seconds: number): string {
  return spanWords(Math.ceil(seconds / 60) * 60);
}
