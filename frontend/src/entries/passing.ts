/** What is said of a notice on its way down, and of a movement on its way. The twin of services/passing/{facts,said}.py. */

import { formatSecond } from '../lib/time';
import { toHex } from '../proof/octets';
import type { Value } from '../proof/cbor';
import { asBytes, asList, asNatural, asOneOf, asText, lengthOf, readBody, stated, Unreadable, type Fields } from './fields';

export const PASSING_FIRST = 135;
export const PASSING_LAST = 139;

const STOPPED = 135;
const PASSED_DOWN = 137;
const REACHED = 138;
const CHECKED_IN = 139;
const BY_VOICE = 2;
const HELD = 2;
const IMPEDED = 4;
const MAX_UNITS = 64;
const MAX_NAME = 80;
const MAX_WORDS = 280;
const MAX_BODY = 8_192;
const LATEST_MS = 253_402_300_800_000n;
const STEERS = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
const SPOKEN = [8, 9];
/** By kind: the keys that it must carry, and those that it may. */
const KEYS: Readonly<Record<number, readonly [must: readonly number[], may: readonly number[]]>> = {
  135: [[8], [9]],
  136: [[], SPOKEN],
  137: [[0], SPOKEN],
  138: [[1, 2], [5]],
  139: [[3, 6, 7], SPOKEN],
};
const KEYS_BY_VOICE: readonly [readonly number[], readonly number[]] = [[1, 2, 3, 4, 9], [8]];

type Row = readonly [code: string, value: string];

/** Codes and texts as written; nothing where it breaks its form. */
export function passingRows(kind: number, body: Uint8Array): readonly Row[] {
  return readBody(body, (fields) => rowsOf(kind, fields, body.length)) ?? [];
}

function rowsOf(kind: number, fields: Fields, bytes: number): Row[] {
  const how = stated(fields, 2, (value) => asOneOf(value, [1, BY_VOICE]), 0);
  const checkIn = stated(fields, 6, (value) => asOneOf(value, [1, HELD, 3, IMPEDED]), 0);
  requireKeys(kind, how, fields);
  const units = stated(fields, 0, (value) => asUnits(kind, value), []);
  const words = text(fields, 8);
  const needsWords = kind === STOPPED || (kind === CHECKED_IN && (checkIn === HELD || checkIn === IMPEDED));
  if (lengthOf(words) > MAX_WORDS || (needsWords && words.trim() === '') || bytes > MAX_BODY) throw new Unreadable();
  const at = stated(fields, 3, asNatural, null);
  if (at !== null && BigInt(at) >= LATEST_MS) throw new Unreadable();
  const signature = stated(fields, 5, asBytes, new Uint8Array());
  if (signature.length !== 0 && signature.length !== 64) throw new Unreadable();
  const [unit, spokenTo, point, officer] = [1, 4, 7, 9].map((key) => name(fields, key));
  return [
    ...units,
    ...(how === 0 ? [] : [[how === BY_VOICE ? 'passing-by-voice' : 'passing-by-itself', unit ?? ''] as const]),
    ...(checkIn === 0 ? [] : [[`passing-check-in-${checkIn}`, point ?? ''] as const]),
    ...(at === null ? [] : [['passing-at', formatSecond(Number(at))] as const]),
    ...said('passing-spoken-to', spokenTo),
    ...said('passing-signature', toHex(signature)),
    ...said('words', words),
    ...said('officer', officer),
  ];
}

/** Text that is empty counts as absent. */
function requireKeys(kind: number, how: number, fields: Fields): void {
  const [must, may] = kind === REACHED && how === BY_VOICE ? KEYS_BY_VOICE : (KEYS[kind] ?? [[], []]);
  const keys = [...fields].filter(([, value]) => !isEmpty(value)).map(([key]) => Number(key));
  if (!must.every((key) => keys.includes(key))) throw new Unreadable();
  if (!keys.every((key) => must.includes(key) || may.includes(key))) throw new Unreadable();
}

function isEmpty(value: Value): boolean {
  return value === '' || (value instanceof Uint8Array && value.length === 0);
}

function asUnits(kind: number, value: Value | undefined): Row[] {
  const rows = asList(value);
  if (kind !== PASSED_DOWN || rows.length === 0 || rows.length > MAX_UNITS) throw new Unreadable();
  const names = new Set<string>();
  const said = rows.flatMap((row): Row[] => {
    const parts = asList(row);
    if (parts.length !== 2 && parts.length !== 3) throw new Unreadable();
    const level = asOneOf(parts[0], [0, 1, 2]);
    const called = asName(asText(parts[1]));
    names.add(called);
    const key = parts.length === 3 ? asBytes(parts[2]) : new Uint8Array();
    if (key.length !== 0 && key.length !== 32) throw new Unreadable();
    return [[`passing-level-${level}`, called], ...(key.length === 0 ? [] : [['passing-key', toHex(key)] as const])];
  });
  if (names.size !== rows.length) throw new Unreadable();
  return said;
}

function asName(found: string): string {
  if (found === '' || lengthOf(found) > MAX_NAME || found.trim() !== found || STEERS.test(found)) throw new Unreadable();
  return found;
}

function name(fields: Fields, key: number): string {
  const found = text(fields, key);
  return found === '' ? '' : asName(found);
}

function text(fields: Fields, key: number): string {
  const found = stated(fields, key, asText, '');
  if (found.includes('\u0000')) throw new Unreadable();
  return found;
}

function said(code: string, value: string | undefined): Row[] {
  return value === undefined || value === '' ? [] : [[code, value]];
}
