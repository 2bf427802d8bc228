/** What people say when they arrange a call. The twin of services/arranged/{facts,said}.py. */

import { formatSecond } from '../lib/time';
import type { Value, Whole } from '../proof/cbor';
import { asList, asNatural, asOneOf, asText, lengthOf, readBody, stated, Unreadable, type Fields } from './fields';

export const ARRANGED_FIRST = 96;
export const ARRANGED_LAST = 101;

const MAX_WINDOWS = 5;
const MAX_WINDOW_MS = 86_400_000n;
const LATEST_MS = 253_402_300_800_000n;
const MAX_WORDS = 280;
const MAX_OFFICER = 80;
const MAX_POST = 64;
const REASONS = [0, 1, 2, 3, 4, 5, 6];
const SPOKEN = [8, 9];
/** By kind: the keys that it must carry, and those that it may. */
const KEYS: Readonly<Record<number, readonly [must: readonly number[], may: readonly number[]]>> = {
  96: [[0, 1], [2, 3, 4, 7, ...SPOKEN]],
  97: [[0], [2, 7, ...SPOKEN]],
  98: [[5], SPOKEN],
  99: [[6], SPOKEN],
  100: [[7], SPOKEN],
  101: [[], SPOKEN],
};

/** Codes and texts as written; nothing where it breaks its form. */
export function arrangedRows(kind: number, body: Uint8Array): readonly (readonly [code: string, value: string])[] {
  return readBody(body, (fields) => rowsOf(kind, fields)) ?? [];
}

function rowsOf(kind: number, fields: Fields): (readonly [string, string])[] {
  const [must, may] = KEYS[kind] ?? [[], []];
  const keys = [...fields.keys()].map(Number);
  if (!must.every((key) => keys.includes(key)) || !keys.every((key) => must.includes(key) || may.includes(key))) throw new Unreadable();
  const windows = stated(fields, 0, (value) => asShort(value).map(asWindow), []);
  if (must.includes(0) && !areWindows(windows)) throw new Unreadable();
  const languages = stated(fields, 3, (value) => asShort(value).map(asPlain), []);
  if (languages.length > 4 || !languages.every((each) => /^[a-z]{2,3}$/.test(each))) throw new Unreadable();
  const interpreter = fields.get(4) ?? false;
  if (typeof interpreter !== 'boolean') throw new Unreadable();
  return [
    ...windows.map((window) => ['arrange-window', window.map((each) => formatSecond(Number(each))).join(' - ')] as const),
    ...numbered(fields, 1, 'arrange-media', [0, 1, 2]),
    ...within(fields),
    ...(languages.length > 0 ? [['arrange-languages', languages.join(', ')] as const] : []),
    ...(interpreter ? [['arrange-interpreter', ''] as const] : []),
    ...windowNumber(fields),
    ...numbered(fields, 6, 'arrange-reason', REASONS),
    ...text(fields, 7, 'arrange-post', MAX_POST),
    ...text(fields, 8, 'words', MAX_WORDS),
    ...text(fields, 9, 'officer', MAX_OFFICER),
  ];
}

function areWindows(windows: readonly (readonly bigint[])[]): boolean {
  let last = 0n;
  return windows.length > 0 && windows.every(([start = -1n, end = -1n]) => {
    const isGood = last <= start && start < end && end - start <= MAX_WINDOW_MS && end < LATEST_MS;
    last = end;
    return isGood;
  });
}

function asShort(value: Value | undefined): readonly Value[] {
  const found = asList(value);
  if (found.length > MAX_WINDOWS) throw new Unreadable();
  return found;
}

function asWindow(value: Value): bigint[] {
  const found = asList(value).map(wholeOf);
  if (found.length !== 2) throw new Unreadable();
  return found;
}

/** A whole number of either sign: one below zero is read, and breaks the order of the windows. */
function wholeOf(value: Value): bigint {
  if (typeof value !== 'number' && typeof value !== 'bigint') throw new Unreadable();
  return BigInt(value);
}

function asPlain(value: Value | undefined): string {
  const found = asText(value);
  if (found.includes('\u0000')) throw new Unreadable();
  return found;
}

function numbered(fields: Fields, key: number, code: string, known: readonly number[]): (readonly [string, string])[] {
  const found = stated(fields, key, (value) => asOneOf(value, known), null);
  return found === null ? [] : [[`${code}-${found}`, '']];
}

function within(fields: Fields): (readonly [string, string])[] {
  const found = stated<Whole | null>(fields, 2, asNatural, null);
  if (found === null) return [];
  if (found < 60 || found > 2_592_000) throw new Unreadable();
  return [['arrange-within', String(found)]];
}

function windowNumber(fields: Fields): (readonly [string, string])[] {
  const found = stated<Whole | null>(fields, 5, asNatural, null);
  if (found === null) return [];
  if (found >= MAX_WINDOWS) throw new Unreadable();
  return [['arrange-number', String(Number(found) + 1)]];
}

function text(fields: Fields, key: number, code: string, longest: number): (readonly [string, string])[] {
  const found = stated(fields, key, asPlain, '');
  if (lengthOf(found) > longest) throw new Unreadable();
  return found === '' ? [] : [[code, found]];
}
