/** What the Record page says of entries and proofs, in the reader's language. */

import type { EntryLine, EntryReceiptValues, StatementValues } from '../../generated/types';
import { formWords, kindWords, operativeWords, outcomeWords, phraseCode } from '../../lib/codes';
import { partyCode } from '../../lib/desk';
import { say } from '../../lib/words.svelte';

/** The kinds by which a list can be narrowed, as the node names them. */
export const KINDS = [
  'message',
  'shown',
  'taken',
  'read',
  'read-back',
  'say-again',
  'passed-to',
  'outcome',
  'contact-confirmed',
  'line-test',
  'line-test-answer',
  'line-state',
  'witness-heard',
  'watch-taken',
  'watch-left',
  'watch-handed-over',
  'watch-accepted',
  'roster',
  'agreement',
  'amendment-proposed',
  'amendment-accepted',
  'key-statement',
  'keys-published',
  'incarnation-opened',
  'refused',
  'call-placed',
  'call-ringing',
  'call-answered',
  'call-declined',
  'call-deferred',
  'call-unanswered',
  'call-withdrawn',
  'call-unreached',
  'call-ended',
  'call-lost',
  'call-joined',
  'call-connected',
  'call-words',
  'presence-asked',
  'presence-shown',
  'notice-stopped',
  'notice-resumed',
  'notice-passed-down',
  'unit-reached',
  'checked-in',
  'note',
  'notice-filed',
  'notice-amended',
  'notice-withdrawn',
  'notice-completed',
  'notice-answered',
  'counter-answered',
  'positions-read-back',
  'conflict-settled',
  'incident-reported',
  'incident-amended',
  'incident-paired',
  'incident-queried',
  'incident-replied',
  'incident-followed',
  'incident-closed',
  'incident-reopened',
  'communique-refused',
  'communique-consented',
  'communique-proposed',
  'arrange-proposed',
  'arrange-countered',
  'arrange-agreed',
  'arrange-refused',
  'arrange-delegated',
  'arrange-withdrawn',
  'erased',
  'unknown',
  'unreadable',
] as const;

/** Name a kind of entry; one of a newer version by its number. */
export function entryKindWords(kind: string): string {
  if (kind.startsWith('UNKNOWN ')) return say('ui-kind-unknown-number', { number: kind.slice('UNKNOWN '.length) });
  if (kind === 'NOT SHOWN TO US') return say('ui-kind-not-shown');
  return kindWords(kind);
}

/** Name a kind as a list is narrowed by it. */
export function filterWords(kind: string): string {
  return kind === 'unknown' ? say('ui-kind-unknown') : kindWords(kind.toUpperCase().replaceAll('-', '_'));
}

/** `MESSAGE: WARNING STOP`, `OUTCOME: CANNOT`. */
export function lineWords(line: EntryLine): string {
  const kind = entryKindWords(line.kind);
  const said = [
    line.form === null || line.kind === 'LINE_TEST' ? '' : formWords(line.form),
    line.operative === null ? '' : operativeWords(line.operative),
    line.phrase === null ? '' : phraseCode(line.phrase),
    outcomeWords({ kind: line.kind === 'PASSED_TO' ? '' : line.kind, outcome: line.outcome, time_ms: null }),
  ].filter(Boolean);
  if (line.erased) said.push(say('act-erased'));
  return said.length === 0 ? kind : `${kind}: ${said.join(' ')}`;
}

/** What a signature covers: the whole log up to a size, or a run of entries. */
export function coverWords(party: string, covered: Pick<StatementValues | EntryReceiptValues, 'what' | 'start' | 'end'>): string {
  const code = partyCode(party);
  if (covered.what === 'checkpoint') return say('ui-cover-checkpoint', { last: `${code}/${covered.end - 1}`, size: covered.end });
  return say('ui-cover-run', { first: `${code}/${covered.start}`, last: `${code}/${covered.end - 1}` });
}
