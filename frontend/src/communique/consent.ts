/** Whether a communique is one-sided: who, as its own proved entries say, proposed, consented to or refused it. */

import { asBytes, asList, asNatural, asText, lengthOf, readBody, stated, Unreadable, type Fields } from '../entries/fields';
import { partyOf } from '../entries/agreement';
import type { Value, Whole } from '../proof/cbor';
import { isSame } from '../proof/octets';
import { HASH_BYTES } from '../proof/tree';
import type { Proved, ProvedEntry } from './verify';

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

/** Who agreed to a selection, and who did not; `missing`: the parties that did not agree, in their order. */
export interface Consent {
  readonly agreed: readonly ProvedEntry[];
  readonly refused: readonly { readonly entry: ProvedEntry; readonly reason: string }[];
  readonly missing: readonly string[];
}

/** Null: it cannot be read. */
export function readConsentAct(kind: Whole, body: Uint8Array): Act | null {
  return readBody(body, kind === PROPOSED ? readProposal : (fields) => readAnswer(kind, fields));
}

function readProposal(fields: Fields): Act {
  insistOnKeys(fields, [0, 1], 4);
  const ranges = asList(fields.get(1)).map(readRange);
  if (fields.has(2)) asNatural(fields.get(2));
  const [text, officer] = [stated(fields, 3, plainText, ''), stated(fields, 4, plainText, '')];
  const isDefective =
    isLong(text, officer) || ranges.length === 0 || ranges.length > MAX_RANGES || !areOrdered(ranges) ||
    ranges.some((range) => range.attachments > 0n && range.level !== EVERYTHING);
  return { digest: asBytes(fields.get(0), HASH_BYTES), text, officer, isDefective };
}

function readAnswer(kind: Whole, fields: Fields): Act {
  insistOnKeys(fields, [0], 2);
  const [text, officer] = [stated(fields, 1, plainText, ''), stated(fields, 2, plainText, '')];
  const isDefective = isLong(text, officer) || (kind === REFUSED && text.trim() === '');
  return { digest: asBytes(fields.get(0), HASH_BYTES), text, officer, isDefective };
}

interface Range {
  readonly log: bigint;
  readonly start: bigint;
  readonly end: bigint;
  readonly level: number;
  readonly attachments: bigint;
}

function readRange(row: Value): Range {
  const [log = 0n, start = 0n, end = 0n, level = 0n, attachments = 0n, ...more] = asList(row).map((each) => BigInt(asNatural(each)));
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

/**
 * Judge it by the entries alone: a proposal with this digest, or an answer with it whose proposal is here.
 *
 * The first answer of a party stands. The issuer agreed by signing the file.
 */
export function judgeConsent(proved: Proved): Consent {
  const proposals = proved.entries.filter((entry) => entry.head?.kind === PROPOSED && actOn(proved, entry));
  const answers = firstAnswers(proved, proposals);
  const consents = answers.filter((entry) => entry.head?.kind === CONSENTED);
  const agreed = [...proposals, ...consents];
  const parties = new Set([partyIn(proved, proved.issuer.number), ...agreed.map((entry) => partyIn(proved, entry.log.number))]);
  return {
    agreed,
    refused: answers
      .filter((entry) => entry.head?.kind === REFUSED)
      .map((entry) => ({ entry, reason: actOn(proved, entry)?.text ?? '' })),
    missing: proved.versions[0].parties.map((party) => party.id).filter((party) => !parties.has(party)),
  };
}

function firstAnswers(proved: Proved, proposals: readonly ProvedEntry[]): ProvedEntry[] {
  const known = new Set(proposals.map(({ log, index }) => `${log.number}/${index}`));
  const answered = new Set<string>();
  return proved.entries.filter((entry) => {
    const { kind, references } = entry.head ?? { kind: null, references: [] };
    const [first] = references;
    const party = partyIn(proved, entry.log.number);
    if ((kind !== CONSENTED && kind !== REFUSED) || !first || !actOn(proved, entry)) return false;
    if (!known.has(`${first.log}/${first.number}`) || answered.has(party)) return false;
    answered.add(party);
    return true;
  });
}

/** Give what an entry says of this selection, by a post of its own party; null: it says nothing of it. */
function actOn(proved: Proved, { head, body, log }: ProvedEntry): Act | null {
  if (!head || !body || partyOf(head.fromPost) !== partyIn(proved, log.number)) return null;
  const act = readConsentAct(head.kind, body);
  return act && !act.isDefective && isSame(act.digest, proved.header.digest) ? act : null;
}

function partyIn(proved: Proved, log: number): string {
  const { parties } = proved.versions[0];
  return parties[log % parties.length]?.id ?? '';
}
