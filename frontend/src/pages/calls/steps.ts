/** What the entries about a call say, part by part, in the reader's words. */

import { dashed, postsWords, reasonWords } from '../../calls/ring/words';
import type { CallLine, CallStepValues } from '../../generated/types';
import { postWords } from '../../lib/desk';
import { formatDuration, formatNear } from '../../lib/time';
import { say } from '../../lib/words.svelte';

const OF_PEOPLE: readonly string[] = ['answered', 'declined', 'deferred', 'withdrawn', 'other_channel'];

/** Whether what became of a call is an act of people; the others are what machines say. */
export function isByPeople(call: CallLine): boolean {
  return call.state === 'in_call' || (call.outcome !== null && OF_PEOPLE.includes(call.outcome));
}

/** What one entry says beside its kind: posts, reasons, times. */
export function saidBy(step: CallStepValues, nowMs: number): readonly string[] {
  const said = [
    step.media === null ? '' : say(`ui-ring-media-${step.media}`),
    step.reason === null ? '' : reasonWords(step.reason),
    step.outcome === null || !step.machine ? '' : say(`ui-ring-outcome-${dashed(step.outcome)}`),
    step.posts.length === 0 ? '' : say('calls-said-posts', { posts: postsWords(step.posts) }),
    staffedWords(step),
    step.to_post === null ? '' : say('calls-said-to-post', { post: postWords(step.to_post) }),
    step.to_ms === null ? '' : say('ui-ring-deferred-until', { time: formatNear(step.to_ms, nowMs) }),
    step.rang_ms === null ? '' : step.rang_ms === 0 ? say('calls-said-not-rung') : say('calls-said-rang', { time: formatDuration(step.rang_ms) }),
    step.heard_ms === null ? '' : say('calls-said-heard', { time: formatNear(step.heard_ms, nowMs) }),
    step.duration_ms === null ? '' : say('calls-said-duration', { time: formatDuration(step.duration_ms) }),
    step.cause === null ? '' : say(`calls-cause-${dashed(step.cause)}`),
    step.role === null ? '' : say(`calls-role-${dashed(step.role)}`, { name: step.name ?? '' }),
    step.path === null ? '' : say(`calls-path-${step.path}`),
  ];
  return said.filter(Boolean);
}

function staffedWords(step: CallStepValues): string {
  if (step.kind !== 'CALL_RINGING') return '';
  return step.staffed.length === 0 ? say('calls-said-unstaffed') : say('calls-said-staffed', { posts: postsWords(step.staffed) });
}
