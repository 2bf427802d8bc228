/** Calls in the reader's words: where an attempt stands, what became of it and why; as the command line says it. */

import type { CallLine } from '../../generated/types';
import { channelWords } from '../../lib/codes';
import { postTitle, postWords } from '../../lib/desk';
import { formatDuration, formatNear } from '../../lib/time';
import { say } from '../../lib/words.svelte';

/** The reasons of declining; the position, from 1, is the key. */
export const REASONS = ['busy_here', 'not_now', 'not_competent', 'no_interpreter', 'not_authorised', 'refused', 'other'] as const;

/** `not_their_name` as a part of a key: `not-their-name`. */
export function dashed(code: string): string {
  return code.replaceAll('_', '-');
}

export function reasonWords(reason: string): string {
  return say(`ui-ring-reason-${dashed(reason)}`);
}

/** The post of the other side. */
export function theirPost(call: CallLine): string {
  return call.ours ? call.to_post : call.from_post;
}

/** `RU · Duty desk, RU · Minister`. */
export function postsWords(posts: readonly string[]): string {
  return posts.map((post) => postWords(post)).join(', ');
}

/** Where a call stands, or what became of it. */
export function stateWords(call: CallLine): string {
  if (call.state === 'ended' && call.outcome) return say(`ui-ring-outcome-${dashed(call.outcome)}`);
  return say(`ui-ring-state-${dashed(call.state)}`, { posts: postsWords(call.rung_posts) });
}

/** What belongs to an outcome: why, to whom, until when, how long. */
export function detailWords(call: CallLine, nowMs: number): string {
  const parts = [
    call.channel === null ? '' : channelWords(call.channel),
    call.counterpart,
    call.given_up_unrung ? say('ui-ring-not-shown-to-ring') : '',
    call.reason === null ? '' : reasonWords(call.reason),
    call.deferred_to_post === null ? '' : postTitle(call.deferred_to_post),
    call.deferred_to_ms === null ? '' : say('ui-ring-deferred-until', { time: formatNear(call.deferred_to_ms, nowMs) }),
    call.duration_ms === null ? '' : formatDuration(call.duration_ms),
  ];
  return parts.filter(Boolean).join(' · ');
}
