/** COMMUNIQUE PROPOSED, CONSENTED, REFUSED: what their bodies say. The twin of services/communique/facts.py. */

import type { Value, Whole } from '../proof/cbor';
import { HASH_BYTES } from '../proof/tree';
import { asBytes, asList, asIndex, asText, lengthOf, readBody, stated, Unreadable, type Fields } from './fields';

export const PROPOSED = 64;
export const CONSENTED = 65;
export const REFUSED = 66;
const MAX_RANGES = 160;
const MAX_WORDS_CHARACTERS = 500;
const MAX_OFFICER_CHARACTERS = 80;
const LEVELS = 3;
const [EVERYTHING, MAX_ATTACHMENTS] = [2, 8];

/** What the body of COMMUNIQUE PROPOSED, CONSENTED or REFUSED says; `text`: words, or the reason. */
export interface Act {
  readonly digest: Uint8Array;
  readonly text: string;
  readonly officer: string;
  /** Whether it lacks something or has too much: then it has no effect. */
  readonly isDefective: boolean;
}

export interface Proposal extends Act {
  readonly ranges: readonly Range[];
  readonly embargoMs: Whole | null;
}

/** Null: it cannot be read. */
export function readProposal(body: Uint8Array): Proposal | null {
  return readBody(body, proposalIn);
}

/** Null: it cannot be read. */
export function readAnswer(kind: Whole, body: Uint8Array): Act | null {
  return readBody(body, (fields) => answerIn(kind, fields));
}

function proposalIn(fields: Fields): Proposal {
  insistOnKeys(fields, [0, 1], 4);
  const ranges = asList(fields.get(1)).map(readRange);
  const embargoMs = stated(fields, 2, asIndex, null);
  const [text, officer] = [stated(fields, 3, plainText, ''), stated(fields, 4, plainText, '')];
  const isDefective =
    isLong(text, officer) || ranges.length === 0 || ranges.length > MAX_RANGES || !areOrdered(ranges) ||
    ranges.some((range) => range.attachments > 0n && range.level !== EVERYTHING);
  return { digest: asBytes(fields.get(0), HASH_BYTES), ranges, embargoMs, text, officer, isDefective };
}

function answerIn(kind: Whole, fields: Fields): Act {
  insistOnKeys(fields, [0], 2);
  const [text, officer] = [stated(fields, 1, plainText, ''), stated(fields, 2, plainText, '')];
  const isDefective = isLong(text, officer) || (kind === REFUSED && text.trim() === '');
  return { digest: asBytes(fields.get(0), HASH_BYTES), text, officer, isDefective };
}

/** Entries [start, end) of a log; `level`: existence, head, all; bit N of `attachments`: attachment N of each. */
export interface Range {
  readonly log: bigint;
  readonly start: bigint;
  readonly end: bigint;
  readonly level: number;
  readonly attachments: bigint;
}

function readRange(row: Value): Range {
  const [log = 0n, start = 0n, end = 0n, level = 0n, attachments = 0n, ...more] = asList(row).map((each) => BigInt(asIndex(each)));
  const isRange = asList(row).length === 5 && more.length === 0 && level < LEVELS && attachments < 1n << BigInt(MAX_ATTACHMENTS);
  if (!isRange) throw new Unreadable();
  return { log, start, end, level: Number(level), attachments };
}

function areOrdered(ranges: readonly Range[]): boolean {
  return ranges.every((range, at) => {
    const before = ranges[at - 1];
    const isBehind = !before || before.log < range.log || (before.log === range.log && before.end <= range.start);
    return range.start < range.end && isBehind;
  });
}

function insistOnKeys(fields: Fields, needed: readonly number[], last: number): void {
  if (!needed.every((key) => fields.has(key)) || [...fields.keys()].some((key) => key > last)) throw new Unreadable();
}

function plainText(value: Value | undefined): string {
  const text = asText(value);
  if (text.includes('\0')) throw new Unreadable();
  return text;
}

function isLong(text: string, officer: string): boolean {
  return lengthOf(text) > MAX_WORDS_CHARACTERS || lengthOf(officer) > MAX_OFFICER_CHARACTERS;
}
