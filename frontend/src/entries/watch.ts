/** What is said of a desk: taken, left, handed over, accepted, planned. The twin of services/watch/. */

import { formatSecond } from '../lib/time';
import type { Whole } from '../proof/cbor';
import { asIndex, asList, asText, lengthOf, readBody, stated, Unreadable, type Fields } from './fields';
import type { Named } from './head';
import { formatNumber } from './numbers';

/** Words are `ui-said-CODE`; values are as they were written. */
type Row = readonly [code: string, value: string];

export const TAKEN = 48;
export const LEFT = 49;
export const HANDED_OVER = 50;
export const ACCEPTED = 51;
export const ROSTER = 52;

const MAX_OFFICER_CHARACTERS = 80;
const MAX_REMARKS_CHARACTERS = 280;
const MAX_LISTED = 60;
const MAX_WINDOWS = 128;
const MAX_ROSTER_BYTES = 4_096;
const MAX_SPAN_MINUTES = 62 * 1_440;
const LATEST_MINUTES = 253_402_300_800_000 / 60_000;
const LATEST_MS = 253_402_300_800_000;
/** By number: what an outgoing officer leaves open. */
const WHAT = ['message', 'call', 'arranged', 'other'];

export function watchRows(kind: number, body: Uint8Array, references: readonly Named[], parties: readonly string[]): readonly Row[] {
  switch (kind) {
    case HANDED_OVER:
      return readBody(body, (fields) => handOverRows(fields, references, parties)) ?? [];
    case ACCEPTED:
      return readBody(body, acceptedRows) ?? [];
    case ROSTER:
      return body.length > MAX_ROSTER_BYTES ? [] : (readBody(body, rosterRows) ?? []);
    default:
      return readBody(body, takenRows) ?? [];
  }
}

function takenRows(fields: Fields): Row[] {
  const heard = readHeard(fields);
  return [...statedOf([['officer', stated(fields, 0, asText, '')]]), ...(heard === null ? [] : [heardRow(heard)])];
}

function handOverRows(fields: Fields, references: readonly Named[], parties: readonly string[]): Row[] {
  const [officer, to, remarks] = [readLabel(fields, 0), readLabel(fields, 2), stated(fields, 5, asText, '')];
  const rows = asList(fields.get(3)).map((row) => asList(row).map(asIndex));
  const count = asIndex(fields.get(4));
  const isGood =
    to !== '' && lengthOf(remarks) <= MAX_REMARKS_CHARACTERS && !remarks.includes('\0') && rows.length <= MAX_LISTED &&
    BigInt(count) >= rows.length && rows.length === references.length && rows.every((row) => row.length === 2);
  if (!isGood) throw new Unreadable();
  const open = rows.map(([what = 0, dueMs = 0], at): Row => {
    const { log = 0, number = 0 } = references[at] ?? {};
    const due = Number(dueMs) === 0 ? '' : ` - ${timeOf(dueMs)}`;
    return [`open-${WHAT[Number(what)] ?? 'other'}`, formatNumber(log, number, parties) + due];
  });
  return [
    ...statedOf([['officer', officer], ['to-officer', to]]),
    ['open-count', String(count)],
    ...open,
    ...statedOf([['words', remarks]]),
  ];
}

function acceptedRows(fields: Fields): Row[] {
  const [officer, heard, seen] = [readLabel(fields, 0), readHeard(fields), asIndex(fields.get(6))];
  if (heard === null) throw new Unreadable();
  return [...statedOf([['officer', officer]]), heardRow(heard), ['seen-count', String(seen)]];
}

type Window = readonly [from: number, until: number, officer: string];

function rosterRows(fields: Fields): Row[] {
  const officer = readLabel(fields, 0);
  const [from, until] = [Number(asIndex(fields.get(1))), Number(asIndex(fields.get(2)))];
  const windows = asList(fields.get(3)).map(readWindow);
  const isSpan = from < until && until - from <= MAX_SPAN_MINUTES && from < LATEST_MINUTES - MAX_SPAN_MINUTES;
  const areGood = windows.every(([start, end, who]) => from <= start && start < end && end <= until && who !== '');
  if (!isSpan || !areGood || windows.length > MAX_WINDOWS || !areSorted(windows)) throw new Unreadable();
  return [
    ...statedOf([['officer', officer]]),
    ['roster-span', spanOf(from, until)],
    ...windows.map(([start, end, who]): Row => ['roster-window', `${spanOf(start, end)}: ${who}`]),
    ...gapsOf(from, until, windows).map(([start, end]): Row => ['roster-gap', spanOf(start, end)]),
  ];
}

function readWindow(value: Parameters<typeof asList>[0]): Window {
  const [from, until, officer, ...more] = asList(value);
  if (more.length > 0) throw new Unreadable();
  return [Number(asIndex(from)), Number(asIndex(until)), labelOf(asText(officer))];
}

function areSorted(windows: readonly Window[]): boolean {
  return windows.every(([from, until], at) => {
    const before = windows[at - 1];
    return before === undefined || before[0] < from || (before[0] === from && before[1] <= until);
  });
}

/** The times of the span for which nobody is named. */
export function gapsOf(from: number, until: number, windows: readonly Window[]): (readonly [number, number])[] {
  const gaps: [number, number][] = [];
  let reached = from;
  for (const [start, end] of windows) {
    if (start > reached) gaps.push([reached, start]);
    reached = Math.max(reached, end);
  }
  if (reached < until) gaps.push([reached, until]);
  return gaps;
}

function readLabel(fields: Fields, key: number): string {
  return labelOf(stated(fields, key, asText, ''));
}

function labelOf(text: string): string {
  if (lengthOf(text) > MAX_OFFICER_CHARACTERS || text.includes('\0')) throw new Unreadable();
  return text;
}

function readHeard(fields: Fields): boolean | null {
  const heard = fields.get(1);
  if (heard !== undefined && typeof heard !== 'boolean') throw new Unreadable();
  return heard ?? null;
}

function heardRow(heard: boolean): Row {
  return [heard ? 'heard' : 'not-heard', ''];
}

function statedOf(rows: readonly Row[]): Row[] {
  return rows.filter(([, value]) => value !== '');
}

function spanOf(from: number, until: number): string {
  return `${timeOf(from * 60_000)} - ${timeOf(until * 60_000)}`;
}

function timeOf(instantMs: Whole): string {
  return formatSecond(Math.min(Number(instantMs), LATEST_MS - 1));
}
