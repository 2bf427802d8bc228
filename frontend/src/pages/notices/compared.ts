/** `0 conflicts among 14 of ours and 9 of theirs, their newest 02:50Z, link up, minima 5 NM / 300 m / 10 min`. */

import type { ComparedValues } from '../../generated/types';
import { live } from '../../lib/live.svelte';
import { formatNear } from '../../lib/time';
import { say } from '../../lib/words.svelte';
import { distanceWords, spanWords } from './notices';

export function comparedWords(compared: ComparedValues): string {
  if (compared.not_checked) {
    const since = compared.since_ms === null ? say('not-stated') : formatNear(compared.since_ms, live.nowMs);
    return say('ui-notice-not-checked-since', { time: since, why: say(`ui-notice-not-checked-${compared.not_checked}`) });
  }
  return say('ui-notice-compared', {
    count: compared.conflicts,
    ours: compared.ours,
    theirs: compared.theirs,
    newest: compared.theirs_newest_ms === null ? say('not-stated') : formatNear(compared.theirs_newest_ms, live.nowMs),
    line: say(compared.line_up ? 'ui-notice-line-up' : 'ui-notice-line-down'),
    distance: distanceWords(compared.distance_m),
    altitude: compared.altitude_m,
    time: spanWords(compared.time_s),
  });
}
