/** `0 conflicts among 14 of ours and 9 of theirs, their newest 02:50Z, link up, minima 5 NM / 300 m / 10 min`. */

import type { ComparedValues } from '../../generated/types';
import { live } from '../../lib/live.svelte';
import { formatNear } from '../../lib/time';
import { say } from '../../lib/words.svelte';
import { milesWords, spanWords } from './notices';

export function comparedWords(compared: ComparedValues): string {
  if (compared.not_checked) {
    const reason = say(`conflicts-reason-${compared.not_checked}`);
    if (compared.since_ms === null) return say('conflicts-never-checked', { reason });
    return say('conflicts-not-checked', { time: formatNear(compared.since_ms, live.nowMs), reason });
  }
  const { theirs_newest_ms: newest } = compared;
  return say('conflicts-compared', {
    conflicts: compared.conflicts,
    ours: compared.ours,
    theirs: compared.theirs,
    newest: newest === null ? say('conflicts-newest-none') : say('conflicts-newest', { time: formatNear(newest, live.nowMs) }),
    link: say(compared.line_up ? 'conflicts-link-up' : 'conflicts-link-down'),
    minima: `${milesWords(compared.distance_m)} / ${compared.altitude_m} ${say('ui-notice-unit-m')} / ${spanWords(compared.time_s)}`,
  });
}
