// Written by `python -m coupefeu.console.typescript`; a test compares. Change the Python, not this.

export type NoticeFieldKind = 'text' | 'number' | 'time' | 'flag' | 'choice';

export interface NoticeFieldRule {
  readonly number: number;
  readonly kind: NoticeFieldKind;
  readonly is_required: boolean;
  readonly choices: number;
}

export interface NoticeFormRule {
  readonly number: number;
  readonly fields: readonly NoticeFieldRule[];
  readonly needs_window: boolean;
  readonly may_ask: boolean;
  readonly must_ask: boolean;
}

/** `asked`: only what asks for an answer may be answered so. */
export interface NoticeAnswerRule {
  readonly number: number;
  readonly name: string;
  readonly asked: boolean;
}

export interface NoticeSettlementRule {
  readonly number: number;
  readonly name: string;
}

export const NOTICE_FORMS: readonly NoticeFormRule[] = [
  { number: 1, fields: [{ number: 1, kind: 'choice', is_required: true, choices: 5 }, { number: 2, kind: 'text', is_required: false, choices: 0 }, { number: 3, kind: 'text', is_required: true, choices: 0 }, { number: 4, kind: 'text', is_required: false, choices: 0 }, { number: 5, kind: 'text', is_required: false, choices: 0 }, { number: 6, kind: 'text', is_required: false, choices: 0 }, { number: 7, kind: 'number', is_required: false, choices: 0 }, { number: 8, kind: 'text', is_required: false, choices: 0 }, { number: 9, kind: 'number', is_required: false, choices: 0 }, { number: 10, kind: 'number', is_required: false, choices: 0 }, { number: 11, kind: 'number', is_required: false, choices: 0 }, { number: 12, kind: 'number', is_required: false, choices: 0 }, { number: 13, kind: 'number', is_required: false, choices: 0 }, { number: 14, kind: 'number', is_required: false, choices: 0 }, { number: 15, kind: 'number', is_required: false, choices: 0 }, { number: 16, kind: 'text', is_required: false, choices: 0 }, { number: 17, kind: 'text', is_required: false, choices: 0 }, { number: 18, kind: 'text', is_required: false, choices: 0 }], needs_window: true, may_ask: true, must_ask: false },
  { number: 2, fields: [{ number: 1, kind: 'choice', is_required: true, choices: 5 }, { number: 2, kind: 'number', is_required: false, choices: 0 }, { number: 3, kind: 'text', is_required: false, choices: 0 }, { number: 4, kind: 'text', is_required: false, choices: 0 }, { number: 5, kind: 'text', is_required: false, choices: 0 }, { number: 6, kind: 'text', is_required: true, choices: 0 }], needs_window: true, may_ask: true, must_ask: false },
  { number: 3, fields: [{ number: 1, kind: 'choice', is_required: true, choices: 6 }, { number: 2, kind: 'text', is_required: false, choices: 0 }, { number: 3, kind: 'text', is_required: false, choices: 0 }, { number: 4, kind: 'text', is_required: true, choices: 0 }], needs_window: false, may_ask: false, must_ask: false },
  { number: 4, fields: [{ number: 1, kind: 'text', is_required: true, choices: 0 }, { number: 2, kind: 'text', is_required: false, choices: 0 }, { number: 3, kind: 'time', is_required: true, choices: 0 }, { number: 4, kind: 'text', is_required: false, choices: 0 }, { number: 5, kind: 'text', is_required: false, choices: 0 }, { number: 6, kind: 'text', is_required: false, choices: 0 }, { number: 7, kind: 'text', is_required: false, choices: 0 }], needs_window: true, may_ask: false, must_ask: false },
  { number: 5, fields: [{ number: 1, kind: 'text', is_required: true, choices: 0 }, { number: 2, kind: 'text', is_required: true, choices: 0 }, { number: 3, kind: 'text', is_required: true, choices: 0 }, { number: 4, kind: 'text', is_required: false, choices: 0 }, { number: 5, kind: 'text', is_required: false, choices: 0 }, { number: 6, kind: 'text', is_required: false, choices: 0 }, { number: 7, kind: 'text', is_required: false, choices: 0 }, { number: 8, kind: 'text', is_required: true, choices: 0 }], needs_window: false, may_ask: true, must_ask: false },
  { number: 6, fields: [{ number: 1, kind: 'text', is_required: true, choices: 0 }, { number: 2, kind: 'choice', is_required: true, choices: 4 }, { number: 3, kind: 'flag', is_required: false, choices: 0 }, { number: 4, kind: 'number', is_required: true, choices: 0 }, { number: 5, kind: 'text', is_required: false, choices: 0 }, { number: 6, kind: 'text', is_required: false, choices: 0 }, { number: 7, kind: 'text', is_required: true, choices: 0 }, { number: 8, kind: 'time', is_required: true, choices: 0 }, { number: 9, kind: 'text', is_required: true, choices: 0 }, { number: 10, kind: 'time', is_required: true, choices: 0 }, { number: 11, kind: 'text', is_required: false, choices: 0 }, { number: 12, kind: 'number', is_required: false, choices: 0 }, { number: 13, kind: 'number', is_required: false, choices: 0 }, { number: 14, kind: 'text', is_required: true, choices: 0 }, { number: 15, kind: 'text', is_required: true, choices: 0 }, { number: 16, kind: 'text', is_required: false, choices: 0 }, { number: 17, kind: 'text', is_required: false, choices: 0 }], needs_window: true, may_ask: true, must_ask: false },
  { number: 7, fields: [{ number: 1, kind: 'text', is_required: true, choices: 0 }, { number: 2, kind: 'choice', is_required: true, choices: 2 }, { number: 3, kind: 'text', is_required: false, choices: 0 }, { number: 4, kind: 'text', is_required: false, choices: 0 }, { number: 5, kind: 'text', is_required: false, choices: 0 }, { number: 6, kind: 'text', is_required: false, choices: 0 }, { number: 7, kind: 'text', is_required: true, choices: 0 }, { number: 8, kind: 'text', is_required: true, choices: 0 }, { number: 9, kind: 'text', is_required: false, choices: 0 }, { number: 10, kind: 'text', is_required: false, choices: 0 }, { number: 11, kind: 'text', is_required: true, choices: 0 }], needs_window: true, may_ask: true, must_ask: false },
  { number: 8, fields: [{ number: 1, kind: 'text', is_required: true, choices: 0 }, { number: 2, kind: 'choice', is_required: true, choices: 3 }, { number: 3, kind: 'text', is_required: false, choices: 0 }, { number: 4, kind: 'text', is_required: true, choices: 0 }], needs_window: true, may_ask: true, must_ask: false },
  { number: 9, fields: [{ number: 1, kind: 'choice', is_required: true, choices: 2 }, { number: 2, kind: 'text', is_required: false, choices: 0 }, { number: 3, kind: 'text', is_required: false, choices: 0 }, { number: 4, kind: 'text', is_required: false, choices: 0 }, { number: 5, kind: 'time', is_required: false, choices: 0 }, { number: 6, kind: 'text', is_required: false, choices: 0 }, { number: 7, kind: 'text', is_required: false, choices: 0 }, { number: 8, kind: 'text', is_required: false, choices: 0 }, { number: 9, kind: 'text', is_required: false, choices: 0 }], needs_window: false, may_ask: true, must_ask: true },
];

export const ANSWERS: readonly NoticeAnswerRule[] = [
  { number: 1, name: 'received', asked: false },
  { number: 2, name: 'noted', asked: false },
  { number: 3, name: 'no_objection', asked: false },
  { number: 4, name: 'objection', asked: false },
  { number: 5, name: 'agreed', asked: true },
  { number: 6, name: 'denied', asked: true },
  { number: 7, name: 'counter_proposal', asked: true },
];

export const SETTLEMENTS: readonly NoticeSettlementRule[] = [
  { number: 1, name: 'resolved' },
  { number: 2, name: 'accepted_with_measures' },
  { number: 3, name: 'disputed' },
];

export const LIMITS = {
  volumes: 16,
  check_points: 32,
  title_characters: 120,
  movement_characters: 64,
  name_characters: 80,
  remarks_characters: 1000,
  words_characters: 560,
  position_characters: 80,
} as const;
