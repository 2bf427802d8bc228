/** What a message says, and what is wrong with it. The twin of services/messages/forms.py (docs/spec/messages.md, 3). */

import { CHANNELS, FORMS, LIMITS, OPERATIVES, PHRASES, SUBJECTS, type FormField, type FormRule } from '../generated/forms';
import type { Value, Whole } from '../proof/cbor';
import {
  asBytes, asList, asNatural, asOneOf, asText, asTexts, lengthOf, readBody, stated, Unreadable, type Fields,
} from './fields';

const LATEST_MS = 253_402_300_800_000;
const MINUTE_MS = 60_000;
const MAX_PROMISED_BYTES = Number.MAX_SAFE_INTEGER;
const LARGEST_KEY = 13;
const NOT_ONE_LINE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

export interface Promised {
  readonly name: string;
  readonly size: Whole;
  readonly commitment: Uint8Array;
}

export interface Content {
  readonly form: FormRule;
  readonly subject: string;
  readonly officer: string;
  readonly text: string;
  readonly passages: readonly string[];
  readonly operative: number | null;
  readonly place: string;
  readonly timeMs: Whole | null;
  readonly numbers: readonly string[];
  readonly phrase: Whole | null;
  readonly slots: readonly (string | Whole)[];
  readonly channel: number | null;
  readonly counterpart: string;
  readonly template: Whole | null;
  readonly attachments: readonly Promised[];
}

/** What stands in a body, and the code of what is wrong with it: `content` is null if it cannot be read. */
export interface ReadMessage {
  readonly content: Content | null;
  readonly defect: string;
}

export function readMessage(body: Uint8Array): ReadMessage {
  const read = readBody(body, (fields) => {
    const number = asNatural(fields.get(0));
    const form = FORMS.find((each) => each.number === number);
    return form ? { content: readContent(form, fields), fields } : 'unknown_form';
  });
  if (read === null) return { content: null, defect: 'unreadable_body' };
  if (read === 'unknown_form') return { content: null, defect: read };
  const isKnown = [...read.fields.keys()].every((key) => key <= LARGEST_KEY);
  return { content: read.content, defect: defectOf(read.content) || (isKnown ? '' : 'unknown_field') };
}

function readContent(form: FormRule, fields: Fields): Content {
  const [phrase, ...slots] = stated(fields, 9, asList, []);
  return {
    form,
    subject: SUBJECTS[asOneOf(fields.get(1), [...SUBJECTS.keys()])] ?? '',
    officer: stated(fields, 2, asText, ''),
    text: stated(fields, 3, asText, ''),
    passages: stated(fields, 4, asTexts, []),
    operative: stated(fields, 5, (value) => asOneOf(value, OPERATIVES.map((each) => each.number)), null),
    place: stated(fields, 6, asText, ''),
    timeMs: stated(fields, 7, asNatural, null),
    numbers: stated(fields, 8, asTexts, []),
    phrase: phrase === undefined ? null : asNatural(phrase),
    slots: slots.map((slot) => (typeof slot === 'string' ? slot : asNatural(slot))),
    channel: stated(fields, 10, (value) => asOneOf(value, CHANNELS.map((each) => each.number)), null),
    counterpart: stated(fields, 11, asText, ''),
    template: stated(fields, 12, asNatural, null),
    attachments: stated(fields, 13, (value) => asList(value).map(readPromise), []),
  };
}

function readPromise(value: Value): Promised {
  const [name, size, commitment, ...more] = asList(value);
  if (more.length > 0) throw new Unreadable();
  return { name: asText(name), size: asNatural(size), commitment: asBytes(commitment) };
}

/** Whether a message may promise these attachments: of others none is ever fetched or shown. */
export function arePromises(attachments: readonly Promised[]): boolean {
  return attachments.length <= LIMITS.attachments && attachments.every(isPromise);
}

function isPromise({ name, size, commitment }: Promised): boolean {
  const isName = name !== '' && lengthOf(name) <= LIMITS.attachment_name_characters && !NOT_ONE_LINE.test(name);
  return isName && size > 0 && size <= MAX_PROMISED_BYTES && commitment.length === 32;
}

function defectOf(content: Content): string {
  const { form } = content;
  const carried = statedFields(content);
  const missing = form.must.filter((field) => !carried.has(field)).toSorted()[0];
  if (missing) return `missing_${missing}`;
  const extra = [...carried].filter((field) => !form.must.includes(field) && !form.may.includes(field)).toSorted()[0];
  if (extra) return `unexpected_${extra}`;
  if (!form.subjects.some((subject) => subject === content.subject)) return 'subject_not_of_form';
  return DEFECTS.find(([, isWrong]) => isWrong(content))?.[0] ?? '';
}

function statedFields(content: Content): Set<FormField> {
  const values: Readonly<Record<FormField, unknown>> = {
    text: content.text, passages: content.passages, operative: content.operative, place: content.place,
    time_ms: content.timeMs, numbers: content.numbers, phrase: content.phrase, slots: content.slots,
    channel: content.channel, counterpart: content.counterpart, template: content.template,
    attachments: content.attachments,
  };
  const isStated = (value: unknown): boolean => (Array.isArray(value) ? value.length > 0 : value !== null && value !== '');
  return new Set((Object.keys(values) as FormField[]).filter((field) => isStated(values[field])));
}

const DEFECTS: readonly (readonly [string, (content: Content) => boolean])[] = [
  ['long_officer', ({ officer }) => lengthOf(officer) > LIMITS.label_characters],
  ['long_counterpart', ({ counterpart }) => lengthOf(counterpart) > LIMITS.label_characters],
  ['long_place', ({ place }) => lengthOf(place) > LIMITS.place_characters],
  ['bad_time_ms', ({ timeMs }) => timeMs !== null && !isFormTime(timeMs)],
  ['bad_numbers', ({ numbers }) => numbers.length > LIMITS.numbers || !numbers.every(isNumber)],
  ['bad_passages', (content) => !arePassages(content)],
  ['bad_template', ({ template }) => template !== null && (template < 1 || template > LIMITS.line_test_templates)],
  ['bad_phrase', (content) => content.phrase !== null && !isPhrase(content)],
  ['bad_attachments', ({ attachments }) => !arePromises(attachments)],
];

function isFormTime(timeMs: Whole): boolean {
  return timeMs < LATEST_MS && Number(timeMs) % MINUTE_MS === 0;
}

function isNumber(text: string): boolean {
  return text.length <= LIMITS.number_characters && /^-?[0-9]+(\.[0-9]+)?$/.test(text);
}

function arePassages({ passages, text }: Content): boolean {
  const isPassage = (passage: string): boolean =>
    passage !== '' && lengthOf(passage) <= LIMITS.passage_characters && text.includes(passage);
  return passages.length <= LIMITS.passages && passages.every(isPassage);
}

function isPhrase({ phrase, slots }: Content): boolean {
  const kinds = PHRASES.find((each) => each.number === phrase)?.slots;
  return kinds?.length === slots.length && kinds.every((kind, index) => isSlot(kind, slots[index]));
}

function isSlot(kind: string, slot: string | Whole | undefined): boolean {
  if (kind === 'time') return (typeof slot === 'number' || typeof slot === 'bigint') && isFormTime(slot);
  if (typeof slot !== 'string') return false;
  return kind === 'number' ? isNumber(slot) : slot !== '' && lengthOf(slot) <= LIMITS.place_characters;
}
