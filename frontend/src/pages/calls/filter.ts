/** Which attempts are listed, and the window of them that our node gives. */

import type { CallPage, Outcome } from '../../generated/types';
import { get } from '../../lib/api';

export interface Filter {
  outcome: string;
  party: string;
  open: boolean;
}

export const NO_FILTER: Readonly<Filter> = { outcome: '', party: '', open: false };

/** In the order in which a list offers them. */
export const OUTCOMES: readonly Outcome[] = [
  'answered', 'declined', 'deferred', 'no_answer', 'not_staffed', 'busy', 'line_down', 'withdrawn', 'other_channel',
];

export function isFiltered(filter: Filter): boolean {
  return filter.open || filter.outcome !== '' || filter.party !== '';
}

export function fetchCalls(offset: number, limit: number, filter: Filter, signal: AbortSignal): Promise<CallPage> {
  const { open, ...words } = filter;
  return get<CallPage>('/calls', { offset, limit, ...words, open: open ? true : null }, signal);
}
