/** Which messages are listed, and the window of them that our node gives. */

import type { MessagePage } from '../../generated/types';
import { get } from '../../lib/api';

export interface Filter {
  precedence: string;
  party: string;
  form: string;
  subject: string;
  open: boolean;
  text: string;
}

export const NO_FILTER: Readonly<Filter> = { precedence: '', party: '', form: '', subject: '', open: false, text: '' };

export function isFiltered(filter: Filter): boolean {
  return filter.open || [filter.precedence, filter.party, filter.form, filter.subject, filter.text].some(Boolean);
}

export function fetchMessages(offset: number, limit: number, filter: Filter, signal: AbortSignal): Promise<MessagePage> {
  const { open, ...words } = filter;
  return get<MessagePage>('/messages', { offset, limit, ...words, open: open ? true : null }, signal);
}
