/** PRESENCE ASKED and NOTE: what their bodies say, and what a note says. The twin of services/presence/facts.py. */

import type { Value, Whole } from '../proof/cbor';
import { asBytes, asIndex, asList, asOneOf, asText, lengthOf, readBody, stated, Unreadable, type Fields } from './fields';
import type { Promised } from './message';

export const [ASKED, SHOWN, NOTE] = [112, 113, 114];
const NOTE_NAME = 'note';
const MAX_POSTS = 8;
const MAX_POST_CHARACTERS = 64;
const MAX_WHAT_CHARACTERS = 560;
const MAX_WORDS_CHARACTERS = 280;
const MAX_LABEL_CHARACTERS = 80;
const MAX_SPEAKER_CHARACTERS = 120;
const LATEST_MS = 253_402_300_800_000;
const [SALT_BYTES, COMMITMENT_BYTES] = [16, 32];
const [LENGTH_BYTES, PADDED_BYTES, MAX_CONTENT_BYTES] = [2, 512, 16_384];

export const REPORT_KINDS = ['sighting', 'claim'] as const;
export const ACTS = ['entered', 'amended', 'withdrawn'] as const;
export const MEDIA = ['eyewitness', 'live', 'video', 'photograph', 'sound', 'press', 'statement'] as const;
export const DATE_PROOFS = ['none', 'publisher', 'content', 'watched', 'independent'] as const;
export const CORROBORATIONS = ['none', 'repeated', 'one-source', 'several-sources'] as const;
export const RELIABILITIES = ['a', 'b', 'c', 'd', 'e', 'f'] as const;
export const BEARINGS = ['supports', 'contradicts'] as const;
/** Keys that a note may have when it takes one back, those that a report must have, and all that it may. */
const WITHDRAWN = [0, 11, 13, 14, 15, 16];
const NEEDED = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 14, 15];
const MOST = [...NEEDED, 10, 11, 12, 16, 17];

export interface Report {
  readonly posts: readonly string[];
  readonly whenMs: readonly [Whole, Whole];
  readonly what: string;
  readonly source: string;
  readonly medium: (typeof MEDIA)[number];
  readonly dateProof: readonly [(typeof DATE_PROOFS)[number], string];
  readonly corroboration: readonly [(typeof CORROBORATIONS)[number], string];
  readonly reliability: (typeof RELIABILITIES)[number];
  readonly credibility: number;
  readonly speaker: string;
}

/** Log and index. */
export type Place = readonly [Whole, Whole];

/** `report` is null where one is taken back. */
export interface Noted {
  readonly kind: (typeof REPORT_KINDS)[number];
  readonly act: (typeof ACTS)[number];
  readonly report: Report | null;
  readonly bearing: (typeof BEARINGS)[number] | null;
  readonly why: string;
  readonly officer: string;
  readonly amends: Place | null;
  readonly claim: Place | null;
  readonly defect: string;
}

export interface Asked {
  readonly officer: string;
  readonly defect: string;
}

/** Null: it cannot be read. */
export function readAsked(body: Uint8Array): Asked | null {
  return readBody(body, (fields) => {
    insistOnKeys(fields, [], [0]);
    const officer = stated(fields, 0, plain, '');
    return { officer, defect: longOfficer(officer) };
  });
}

/** What a note promises: that its author has so many bytes of this hash. Null: it cannot be read. */
export function readPromise(body: Uint8Array): Promised | null {
  return readBody(body, (fields) => {
    insistOnKeys(fields, [0, 1], [0, 1]);
    const size = Number(asIndex(fields.get(0)));
    if (size === 0 || size > MAX_CONTENT_BYTES || size % PADDED_BYTES) throw new Unreadable();
    return { name: NOTE_NAME, size, commitment: asBytes(fields.get(1), COMMITMENT_BYTES) };
  });
}

/** What a note says, where its author shows that. Null: it cannot be read. */
export function readNote(content: Uint8Array): Noted | null {
  const octets = unpadded(content);
  return octets && readBody(octets, notedOf);
}

function unpadded(content: Uint8Array): Uint8Array | null {
  const length = (content[0] ?? 0) * 256 + (content[1] ?? 0);
  const [octets, zeros] = [content.subarray(LENGTH_BYTES, LENGTH_BYTES + length), content.subarray(LENGTH_BYTES + length)];
  const isGood = content.length > 0 && content.length <= MAX_CONTENT_BYTES && content.length % PADDED_BYTES === 0;
  return isGood && zeros.every((each) => each === 0) ? octets : null;
}

function notedOf(fields: Fields): Noted {
  const act = coded(ACTS, fields.get(0));
  const isWithdrawn = act === 'withdrawn';
  insistOnKeys(fields, isWithdrawn ? [0, 14, 15] : NEEDED, isWithdrawn ? WITHDRAWN : MOST);
  const noted = {
    kind: coded(REPORT_KINDS, fields.get(15)),
    act,
    report: isWithdrawn ? null : reportOf(fields),
    bearing: stated(fields, 10, (value) => coded(BEARINGS, value), null),
    why: stated(fields, 13, plain, ''),
    officer: stated(fields, 11, plain, ''),
    amends: stated(fields, 16, asPlace, null),
    claim: stated(fields, 17, asPlace, null),
  };
  const hasSalt = asBytes(fields.get(14)).length === SALT_BYTES;
  return { ...noted, defect: noteDefect(noted, hasSalt) };
}

/** The first rule that a note breaks, in the order of its twin. */
function noteDefect(noted: Omit<Noted, 'defect'>, hasSalt: boolean): string {
  const long = longOfficer(noted.officer) || (hasSalt ? '' : 'bad_salt');
  if (long) return long;
  if (!noted.report) {
    if (!noted.amends) return 'missing_reference';
    return isWithin(noted.why, 1, MAX_WORDS_CHARACTERS) ? '' : 'bad_words';
  }
  if ((noted.act === 'entered') !== (noted.amends === null)) return 'missing_reference';
  if ((noted.bearing === null) !== (noted.claim === null)) return 'missing_bearing';
  if (noted.kind === 'claim' && noted.bearing !== null) return 'unexpected_bearing';
  return reportDefect(noted.kind, noted.report);
}

function reportOf(fields: Fields): Report {
  const [from = 0, to = 0] = pair(fields.get(2)).map(asIndex);
  return {
    posts: asList(fields.get(1)).map(asPost),
    whenMs: [from, to],
    what: plain(fields.get(3)),
    source: plain(fields.get(4)),
    medium: coded(MEDIA, fields.get(5)),
    dateProof: codeAndWords(DATE_PROOFS, fields.get(6)),
    corroboration: codeAndWords(CORROBORATIONS, fields.get(7)),
    reliability: coded(RELIABILITIES, fields.get(8)),
    credibility: asOneOf(fields.get(9), [1, 2, 3, 4, 5, 6]),
    speaker: stated(fields, 12, plain, ''),
  };
}

/** The first rule that a report breaks, in the order of its twin. */
function reportDefect(kind: Noted['kind'], report: Report): string {
  const [from, to] = report.whenMs;
  return (
    textDefect(report) ||
    (from < to && to <= LATEST_MS ? '' : 'bad_time') ||
    (kind === 'claim' ? (report.speaker ? '' : 'missing_speaker') : sightingDefect(report)) ||
    gradeDefect(report)
  );
}

function textDefect(report: Report): string {
  if (report.posts.length > MAX_POSTS || new Set(report.posts).size < report.posts.length) return 'bad_posts';
  const isBounded =
    isWithin(report.what, 1, MAX_WHAT_CHARACTERS) &&
    isWithin(report.source, 1, MAX_WORDS_CHARACTERS) &&
    isWithin(report.dateProof[1], 0, MAX_WORDS_CHARACTERS) &&
    isWithin(report.corroboration[1], 0, MAX_WORDS_CHARACTERS) &&
    isWithin(report.speaker, 0, MAX_SPEAKER_CHARACTERS);
  return isBounded ? '' : 'bad_words';
}

function sightingDefect(report: Report): string {
  if (report.medium === 'statement') return 'words_alone';
  if (report.speaker) return 'unexpected_speaker';
  return report.posts.length > 0 ? '' : 'missing_post';
}

function gradeDefect({ credibility, corroboration: [code] }: Report): string {
  const isIndependent = code === 'one-source' || code === 'several-sources';
  return credibility === 1 && !isIndependent ? 'unconfirmed' : '';
}

function codeAndWords<T extends string>(codes: readonly T[], value: Value | undefined): readonly [T, string] {
  const [code, words] = pair(value);
  return [coded(codes, code), plain(words)];
}

function coded<T extends string>(codes: readonly T[], value: Value | undefined): T {
  const found = codes[asOneOf(value, [...codes.keys()])];
  if (found === undefined) throw new Unreadable();
  return found;
}

function pair(value: Value | undefined): readonly Value[] {
  const list = asList(value);
  if (list.length !== 2) throw new Unreadable();
  return list;
}

function asPlace(value: Value | undefined): Place {
  const [log = 0, index = 0] = pair(value).map(asIndex);
  return [log, index];
}

function asPost(value: Value | undefined): string {
  const post = plain(value);
  if (!isWithin(post, 1, MAX_POST_CHARACTERS)) throw new Unreadable();
  return post;
}

function plain(value: Value | undefined): string {
  const text = asText(value);
  if (text.includes('\0')) throw new Unreadable();
  return text;
}

function isWithin(text: string, least: number, most: number): boolean {
  const length = lengthOf(text);
  return length >= least && length <= most;
}

function longOfficer(officer: string): string {
  return lengthOf(officer) > MAX_LABEL_CHARACTERS ? 'long_officer' : '';
}

/** All of `needed` are there, and none beyond `most`. */
function insistOnKeys(fields: Fields, needed: readonly number[], most: readonly number[]): void {
  const hasAll = needed.every((key) => fields.has(key));
  if (!hasAll || [...fields.keys()].some((key) => !most.includes(Number(key)))) throw new Unreadable();
}
