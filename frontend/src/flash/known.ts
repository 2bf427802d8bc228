/** What a page knows of one message: the newest state that was pushed or asked for. */

import { untrack } from 'svelte';

import type { MessageValues } from '../generated/types';
import { get, numberPath } from '../lib/api';
import { pushed } from '../lib/live.svelte';

/**
 * Ask our node for a message, and keep it with what is pushed, so that everything on this page judges by one state.
 *
 * What was pushed while the question was under way is newer than the answer. Who calls it depends on nothing by it.
 */
export async function learn(number: string): Promise<MessageValues> {
  const before = untrack(() => pushed.find(number));
  const answer = await get<MessageValues>(`/messages/${numberPath(number)}`);
  const since = pushed.find(number);
  if (since !== undefined && since !== before) return since;
  pushed.keep(answer);
  return answer;
}
