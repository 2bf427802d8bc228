/** What notices say, and what people say of them. The twin of services/notices/{facts,limits,said}.py. */

import { formatSecond } from '../lib/time';
import { isMap, type Value, type Whole } from '../proof/cbor';
import { asList, asNatural, asOneOf, asText, lengthOf, readBody, stated, Unreadable, type Fields } from './fields';
import { asInstant, asPlace, placeWords, volumesRows, type Row } from './volume';

export const NOTICES = [128, 129, 130, 131, 132, 133, 134, 140];

const COUNTER_PROPOSAL = 7;
const LATEST_MS = 253_402_300_800_000n;
const MAX_WORDS = 560;
const MAX_NAME = 80;
const ABOUT = [5, 9];
const WHOLE = [3, 4, 5, 6, 7, 8, 9, 10];
/** By kind: the keys that it must carry, and those that it may. */
const KEYS: Readonly<Record<number, readonly [must: readonly number[], may: readonly number[]]>> = {
  128: [[0, 1, 2], WHOLE],
  129: [[0, 1, 2], WHOLE],
  130: [[], ABOUT],
  131: [[], ABOUT],
  132: [[0], [2, ...ABOUT]],
  133: [[1], ABOUT],
  134: [[3], ABOUT],
  140: [[4], ABOUT],
};
/** By form, a letter for each field: text, number, instant, flag; a digit: so many choices. */
const FORMS = [
  '', '5tttttntnnnnnnnttt', '5ntttt', '6ttt', 'ttitttt', 'tttttttt', 't4fntttititnntttt', 't2ttttttttt', 't3tt', '2tttitttt',
];

/** Codes and texts as written; nothing where it breaks its form. */
export function noticeRows(kind: number, body: Uint8Array): readonly Row[] {
  return readBody(body, (fields) => rowsOf(kind, fields)) ?? [];
}

function rowsOf(kind: number, fields: Fields): Row[] {
  const [must, may] = KEYS[kind] ?? [[], []];
  const keys = [...fields.keys()].map(Number);
  if (!must.every((key) => keys.includes(key)) || !keys.every((key) => must.includes(key) || may.includes(key))) throw new Unreadable();
  return kind <= 129 ? versionRows(fields) : actRows(kind, fields);
}

function versionRows(fields: Fields): Row[] {
  const form = asOneOf(fields.get(0), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
  const conflicts = stated<Whole | null>(fields, 10, asNatural, null);
  const units = stated(fields, 7, (value) => asList(value).map((each) => asName(each)), []);
  if (units.length > 64 || new Set(units).size < units.length) throw new Unreadable();
  return [
    [`notices-form-${form}`, asFilled(fields.get(1), 120)],
    ...volumesRows(fields.get(2)),
    ...stated(fields, 3, (value) => fieldRows(form, value), []),
    ...said('notices-movement', text(fields, 4, 64)),
    ...stated(fields, 5, pointRows, []),
    ...(flag(fields, 6) ? [['notices-wants-answer', ''] as const] : []),
    ...units.map((unit): Row => ['notices-units', unit]),
    ...said('notices-remarks', text(fields, 8, 1_000)),
    conflicts === null ? ['notices-conflicts-not-checked', ''] : ['notices-conflicts', String(conflicts)],
    ...said('officer', text(fields, 9, MAX_NAME)),
  ];
}

function actRows(kind: number, fields: Fields): Row[] {
  const answer = stated(fields, 0, (value) => asOneOf(value, [1, 2, 3, 4, 5, 6, COUNTER_PROPOSAL]), 0);
  const settlement = stated(fields, 4, (value) => asOneOf(value, [1, 2, 3]), 0);
  const proposed = stated(fields, 2, (value) => (asList(value).length === 0 ? [] : volumesRows(value)), []);
  const positions = stated(fields, 3, (value) => asList(value).map((each) => asName(each)), []);
  if (kind === 132 && (answer === COUNTER_PROPOSAL) !== proposed.length > 0) throw new Unreadable();
  if (kind === 134 && (positions.length === 0 || positions.length > 64)) throw new Unreadable();
  return [
    ...(answer === 0 ? [] : [[`notices-answer-${answer}`, ''] as const]),
    ...(kind === 133 ? [[`notices-counter-${flag(fields, 1) ? 'accepted' : 'refused'}`, ''] as const] : []),
    ...proposed,
    ...positions.map((position): Row => ['notices-position', position]),
    ...(settlement === 0 ? [] : [[`notices-settlement-${settlement}`, ''] as const]),
    ...said('words', text(fields, 5, MAX_WORDS)),
    ...said('officer', text(fields, 9, MAX_NAME)),
  ];
}

function fieldRows(form: number, value: Value | undefined): Row[] {
  if (!isMap(value) || value.size > 32) throw new Unreadable();
  return [...value].flatMap(([key, each]) => fieldRow(form, Number(key), each));
}

function fieldRow(form: number, number: number, value: Value): Row[] {
  if (number < 1 || number > 255) throw new Unreadable();
  const kind = FORMS[form]?.[number - 1];
  const code = `notices-field-${form}-${number}`;
  if (typeof value === 'boolean') {
    if (kind === undefined) return [['notices-fields', `${number}: ${value ? 'True' : 'False'}`]];
    return value ? [[code, '']] : [];
  }
  if (typeof value === 'string') {
    const written = asPlain(value);
    if (lengthOf(written) > 500) throw new Unreadable();
    return [kind === undefined ? ['notices-fields', `${number}: ${written}`] : [code, written]];
  }
  const whole = BigInt(asNatural(value));
  if (whole >= LATEST_MS) throw new Unreadable();
  if (kind === undefined) return [['notices-fields', `${number}: ${whole}`]];
  if (kind === 'i') return [[code, formatSecond(Number(whole))]];
  const isChoice = kind >= '1' && kind <= '9' && whole >= 1n && whole <= BigInt(kind);
  return [isChoice ? [`notices-choice-${form}-${number}-${whole}`, ''] : [code, String(whole)]];
}

function pointRows(value: Value | undefined): Row[] {
  const points = asList(value);
  if (points.length > 32) throw new Unreadable();
  return points.map((point): Row => {
    if (!isMap(point) || [...point.keys()].some((key) => key > 2)) throw new Unreadable();
    const planned = point.has(2) ? ` ${formatSecond(Number(asInstant(point.get(2))))}` : '';
    return ['notices-check-point', `${asName(point.get(0))} ${placeWords(asPlace(point.get(1)))}${planned}`];
  });
}

function said(code: string, value: string): Row[] {
  return value === '' ? [] : [[code, value]];
}

function flag(fields: Fields, key: number): boolean {
  const found = fields.get(key) ?? false;
  if (typeof found !== 'boolean') throw new Unreadable();
  return found;
}

function text(fields: Fields, key: number, longest: number): string {
  const found = stated(fields, key, asPlain, '');
  if (lengthOf(found) > longest) throw new Unreadable();
  return found;
}

function asName(value: Value | undefined): string {
  return asFilled(value, MAX_NAME);
}

function asFilled(value: Value | undefined, longest: number): string {
  const found = asPlain(value);
  if (/^ *$/.test(found) || lengthOf(found) > longest) throw new Unreadable();
  return found;
}

function asPlain(value: Value | undefined): string {
  const found = asText(value);
  if (found.includes('\u0000')) throw new Unreadable();
  return found;
}
