/** What was agreed, in the reader's language: durations, roles of keys, states of amendments. */

import type { AmendmentValues } from '../../generated/types';
import { partyCode } from '../../lib/desk';
import { formatSecond } from '../../lib/time';
import { say } from '../../lib/words.svelte';

export { durationWords } from '../../lib/duration';

/** How an amendment stands: who has not signed, or from when it is in force. */
export function stateWords(amendment: AmendmentValues): string {
  if (amendment.missing.length > 0) return say('ui-amendment-missing', { parties: amendment.missing.map(partyCode).join(', ') });
  if (amendment.in_force_ms === null) return say('ui-amendment-not-everywhere');
  return say('ui-amendment-in-force', { time: formatSecond(amendment.in_force_ms) });
}
