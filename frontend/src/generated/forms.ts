// Written by `python -m coupefeu.console.typescript`; a test compares. Change the Python, not this.

import type { FieldKind, Subject } from './types';

export type FormName = 'line-test' | 'service-message' | 'free-text' | 'warning' | 'request-for-explanation' | 'reply' | 'correction' | 'cancellation' | 'contact' | 'standard-phrase';

export type FormField = 'attachments' | 'channel' | 'counterpart' | 'numbers' | 'operative' | 'passages' | 'phrase' | 'place' | 'slots' | 'template' | 'text' | 'time_ms';

export type PrecedenceName = 'FLASH' | 'IMMEDIATE' | 'PRIORITY' | 'ROUTINE';

export type OperativeName = 'STOP' | 'SPARE';

export type ChannelName = 'TELEPHONE' | 'ATTACHE' | 'LETTER';

export type OutcomeName = 'PASSED_TO' | 'STOPPED_AT' | 'CANNOT' | 'NOT_OURS';

export interface FormRule {
  readonly number: number;
  readonly name: FormName;
  readonly must: readonly FormField[];
  readonly may: readonly FormField[];
  readonly subjects: readonly Subject[];
  readonly refers: boolean;
}

export interface Phrase {
  readonly number: number;
  readonly slots: readonly FieldKind[];
}

/** A coded word: pages say it with the key that ends in its number. */
export interface Coded<Name extends string> {
  readonly number: number;
  readonly name: Name;
}

/** A kind of entry, and who writes it: the words of pages are `act-NUMBER` or `ui-kind-NAME`. */
export interface EntryKind {
  readonly number: number;
  readonly name: string;
  readonly by: 'machine' | 'person';
}

export interface Operative extends Coded<OperativeName> {
  readonly words: Readonly<Record<'en' | 'fr' | 'ru', string>>;
}

export const FORMS: readonly FormRule[] = [
  { number: 1, name: 'line-test', must: ['template'], may: [], subjects: ['SERVICE'], refers: false },
  { number: 2, name: 'service-message', must: ['text'], may: ['attachments', 'passages'], subjects: ['SERVICE'], refers: false },
  { number: 3, name: 'free-text', must: ['text'], may: ['attachments', 'passages'], subjects: ['SAFETY', 'NOTICE', 'CLARIFICATION', 'PROTEST', 'SERVICE'], refers: false },
  { number: 4, name: 'warning', must: ['operative', 'place'], may: ['attachments', 'numbers', 'passages', 'text', 'time_ms'], subjects: ['SAFETY'], refers: false },
  { number: 5, name: 'request-for-explanation', must: ['text'], may: ['attachments', 'numbers', 'passages', 'place', 'time_ms'], subjects: ['CLARIFICATION'], refers: false },
  { number: 6, name: 'reply', must: ['text'], may: ['attachments', 'numbers', 'passages', 'place', 'time_ms'], subjects: ['CLARIFICATION'], refers: true },
  { number: 7, name: 'correction', must: ['text'], may: ['attachments', 'numbers', 'operative', 'passages', 'place', 'time_ms'], subjects: ['SAFETY', 'NOTICE', 'CLARIFICATION', 'PROTEST', 'SERVICE'], refers: true },
  { number: 8, name: 'cancellation', must: [], may: ['attachments', 'passages', 'text'], subjects: ['SAFETY', 'NOTICE', 'CLARIFICATION', 'PROTEST', 'SERVICE'], refers: true },
  { number: 9, name: 'contact', must: ['channel', 'counterpart', 'text', 'time_ms'], may: ['attachments', 'passages'], subjects: ['SAFETY', 'NOTICE', 'CLARIFICATION', 'PROTEST', 'SERVICE'], refers: false },
  { number: 10, name: 'standard-phrase', must: ['phrase'], may: ['attachments', 'slots'], subjects: ['SAFETY', 'NOTICE', 'CLARIFICATION', 'SERVICE'], refers: false },
];

export const PHRASES: readonly Phrase[] = [
  { number: 1, slots: ['place'] },
  { number: 2, slots: ['place', 'time'] },
  { number: 3, slots: ['place'] },
  { number: 4, slots: ['place'] },
  { number: 5, slots: ['place', 'time'] },
  { number: 6, slots: ['place'] },
  { number: 7, slots: ['place', 'time'] },
  { number: 8, slots: ['place', 'time'] },
  { number: 9, slots: ['place', 'time'] },
  { number: 10, slots: ['place', 'time'] },
  { number: 11, slots: ['place', 'time'] },
  { number: 12, slots: ['place', 'number'] },
  { number: 13, slots: ['place', 'number'] },
  { number: 14, slots: ['place', 'number'] },
  { number: 15, slots: ['place', 'number'] },
  { number: 16, slots: ['place'] },
  { number: 17, slots: ['place'] },
  { number: 18, slots: ['place', 'time'] },
  { number: 19, slots: ['time'] },
  { number: 20, slots: [] },
  { number: 21, slots: [] },
  { number: 22, slots: [] },
  { number: 23, slots: ['time'] },
  { number: 24, slots: ['time'] },
];

export const KINDS: readonly EntryKind[] = [
  { number: 0, name: 'AGREEMENT', by: 'machine' },
  { number: 1, name: 'AMENDMENT_PROPOSED', by: 'person' },
  { number: 2, name: 'AMENDMENT_ACCEPTED', by: 'person' },
  { number: 3, name: 'REFUSED', by: 'machine' },
  { number: 4, name: 'KEY_STATEMENT', by: 'person' },
  { number: 5, name: 'KEYS_PUBLISHED', by: 'machine' },
  { number: 6, name: 'INCARNATION_OPENED', by: 'person' },
  { number: 7, name: 'ERASED', by: 'machine' },
  { number: 16, name: 'MESSAGE', by: 'person' },
  { number: 17, name: 'SHOWN', by: 'machine' },
  { number: 18, name: 'TAKEN', by: 'person' },
  { number: 19, name: 'READ', by: 'person' },
  { number: 20, name: 'READ_BACK', by: 'person' },
  { number: 21, name: 'SAY_AGAIN', by: 'person' },
  { number: 22, name: 'PASSED_TO', by: 'person' },
  { number: 23, name: 'OUTCOME', by: 'person' },
  { number: 24, name: 'CONTACT_CONFIRMED', by: 'person' },
  { number: 32, name: 'LINE_TEST', by: 'machine' },
  { number: 33, name: 'LINE_TEST_ANSWER', by: 'machine' },
  { number: 36, name: 'LINE_STATE', by: 'person' },
  { number: 37, name: 'WITNESS_HEARD', by: 'machine' },
  { number: 48, name: 'WATCH_TAKEN', by: 'person' },
  { number: 49, name: 'WATCH_LEFT', by: 'person' },
  { number: 50, name: 'WATCH_HANDED_OVER', by: 'person' },
  { number: 51, name: 'WATCH_ACCEPTED', by: 'person' },
  { number: 52, name: 'ROSTER', by: 'person' },
  { number: 64, name: 'COMMUNIQUE_PROPOSED', by: 'person' },
  { number: 65, name: 'COMMUNIQUE_CONSENTED', by: 'person' },
  { number: 66, name: 'COMMUNIQUE_REFUSED', by: 'person' },
  { number: 80, name: 'CALL_PLACED', by: 'person' },
  { number: 81, name: 'CALL_RINGING', by: 'machine' },
  { number: 82, name: 'CALL_ANSWERED', by: 'person' },
  { number: 83, name: 'CALL_DECLINED', by: 'person' },
  { number: 84, name: 'CALL_DEFERRED', by: 'person' },
  { number: 85, name: 'CALL_UNANSWERED', by: 'machine' },
  { number: 86, name: 'CALL_WITHDRAWN', by: 'person' },
  { number: 87, name: 'CALL_UNREACHED', by: 'machine' },
  { number: 88, name: 'CALL_ENDED', by: 'person' },
  { number: 89, name: 'CALL_LOST', by: 'machine' },
  { number: 90, name: 'CALL_JOINED', by: 'person' },
  { number: 91, name: 'CALL_CONNECTED', by: 'machine' },
  { number: 92, name: 'CALL_WORDS', by: 'person' },
  { number: 96, name: 'ARRANGE_PROPOSED', by: 'person' },
  { number: 97, name: 'ARRANGE_COUNTERED', by: 'person' },
  { number: 98, name: 'ARRANGE_AGREED', by: 'person' },
  { number: 99, name: 'ARRANGE_REFUSED', by: 'person' },
  { number: 100, name: 'ARRANGE_DELEGATED', by: 'person' },
  { number: 101, name: 'ARRANGE_WITHDRAWN', by: 'person' },
  { number: 104, name: 'PERSONAL_KEY_ENROLLED', by: 'person' },
  { number: 105, name: 'PERSONAL_KEY_ENDED', by: 'person' },
  { number: 106, name: 'STATEMENT', by: 'person' },
  { number: 112, name: 'PRESENCE_ASKED', by: 'person' },
  { number: 113, name: 'PRESENCE_SHOWN', by: 'person' },
  { number: 114, name: 'NOTE', by: 'person' },
  { number: 128, name: 'NOTICE_FILED', by: 'person' },
  { number: 129, name: 'NOTICE_AMENDED', by: 'person' },
  { number: 130, name: 'NOTICE_WITHDRAWN', by: 'person' },
  { number: 131, name: 'NOTICE_COMPLETED', by: 'person' },
  { number: 132, name: 'NOTICE_ANSWERED', by: 'person' },
  { number: 133, name: 'COUNTER_ANSWERED', by: 'person' },
  { number: 134, name: 'POSITIONS_READ_BACK', by: 'person' },
  { number: 135, name: 'NOTICE_STOPPED', by: 'person' },
  { number: 136, name: 'NOTICE_RESUMED', by: 'person' },
  { number: 137, name: 'NOTICE_PASSED_DOWN', by: 'person' },
  { number: 138, name: 'UNIT_REACHED', by: 'person' },
  { number: 139, name: 'CHECKED_IN', by: 'person' },
  { number: 140, name: 'CONFLICT_SETTLED', by: 'person' },
  { number: 144, name: 'INCIDENT_REPORTED', by: 'person' },
  { number: 145, name: 'INCIDENT_AMENDED', by: 'person' },
  { number: 146, name: 'INCIDENT_PAIRED', by: 'person' },
  { number: 147, name: 'INCIDENT_QUERIED', by: 'person' },
  { number: 148, name: 'INCIDENT_REPLIED', by: 'person' },
  { number: 149, name: 'INCIDENT_FOLLOWED', by: 'person' },
  { number: 150, name: 'INCIDENT_CLOSED', by: 'person' },
  { number: 151, name: 'INCIDENT_REOPENED', by: 'person' },
];

export const PRECEDENCES: readonly PrecedenceName[] = [
  'FLASH',
  'IMMEDIATE',
  'PRIORITY',
  'ROUTINE',
];

export const SUBJECTS: readonly Subject[] = [
  'SAFETY',
  'NOTICE',
  'CLARIFICATION',
  'PROTEST',
  'SERVICE',
];

export const OPERATIVES: readonly Operative[] = [
  { number: 1, name: 'STOP', words: { en: 'STOP', fr: 'CESSEZ', ru: 'ПРЕКРАТИТЕ' } },
  { number: 2, name: 'SPARE', words: { en: 'SPARE', fr: 'ÉPARGNEZ', ru: 'ПОЩАДИТЕ' } },
];

export const CHANNELS: readonly Coded<ChannelName>[] = [
  { number: 1, name: 'TELEPHONE' },
  { number: 2, name: 'ATTACHE' },
  { number: 3, name: 'LETTER' },
];

export const OUTCOMES: readonly Coded<OutcomeName>[] = [
  { number: 1, name: 'PASSED_TO' },
  { number: 2, name: 'STOPPED_AT' },
  { number: 3, name: 'CANNOT' },
  { number: 4, name: 'NOT_OURS' },
];

export const LIMITS = {
  label_characters: 80,
  place_characters: 160,
  passages: 16,
  passage_characters: 400,
  numbers: 8,
  number_characters: 24,
  line_test_templates: 6,
  act_text_characters: 500,
  typed_fields: 32,
  typed_characters: 1000,
  attachments: 8,
  attachment_name_characters: 120,
  attachment_bytes: 4194304,
} as const;
