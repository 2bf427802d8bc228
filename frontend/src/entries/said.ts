/** What an entry says that is no message and no act about one: codes and values. The twin of services/said.py. */

import { sha256 } from '@noble/hashes/sha2.js';
import { formatSecond } from '../lib/time';
import { decode, isBytes, isMap, type Whole } from '../proof/cbor';
import { readText, toBase64, toHex } from '../proof/octets';
import { Refusal } from '../proof/refusal';
import { ARRANGED_FIRST, ARRANGED_LAST, arrangedRows } from './arranged';
import { parseAgreementBody, readSignatures } from './agreement';
import { callRows, isCall } from './call';
import { CONSENTED, PROPOSED, readAnswer, readProposal, REFUSED } from './consents';
import {
  asBytes, asIndex, asList, asNatural, asOneOf, asText, lengthOf, readBody, stated, Unreadable, type Fields,
} from './fields';
import type { Head } from './head';
import { INCARNATION_OPENED, parseOpeningBody } from './incarnation';
import { incidentRows, isIncident } from './incident';
import { parseKeyStatement } from './keyStatement';
import { NOTICES, noticeRows } from './notice';
import { formatNumber } from './numbers';
import { PASSING_FIRST, PASSING_LAST, passingRows } from './passing';
import { ENDED, ENROLLED, numbersOf, readEnded, readEnrolled, readStated, STATEMENT } from './persons';
import { ASKED, NOTE, readAsked, readNote, readPromise, SHOWN, type Place, type Report } from './presence';
import { show, showLine } from './shown';
import { ACCEPTED, HANDED_OVER, LEFT, ROSTER, TAKEN, watchRows } from './watch';

/** Words are those of `saidKey(code)`; every value is safe to show. */
export type Said = readonly [code: string, value: string];

const MAX_VERSION = 9_999;
const WITNESS_HEARD = 37;
const MAX_WITNESS_CHARACTERS = 64;
const MAX_RANGES = 64;
const MAX_ERASED_RANGES = 128;
const MAX_REASON_CHARACTERS = 200;
const MAX_POST_CHARACTERS = 64;
const LATEST_MS = 253_402_300_800_000;
/** By number: why content was erased. */
const ERASED_WHY = ['', 'retention', 'order', 'fact-only'];
const ML_DSA_PUBLIC_BYTES = 1_312;
const LEVELS = ['existence', 'head', 'all'];

/** Nothing where it cannot be read, or is of another kind. */
export function saidIn(head: Head, body: Uint8Array, parties: readonly string[]): readonly Said[] {
  try {
    return rowsOf(head, body, parties);
  } catch (problem) {
    if (problem instanceof Refusal || problem instanceof Unreadable) return [];
    throw problem;
  }
}

function rowsOf(head: Head, body: Uint8Array, parties: readonly string[]): readonly Said[] {
  const kind = Number(head.kind);
  switch (kind) {
    case 0:
    case 1:
      return agreementRows(body);
    case 2:
      return readBody(body, acceptanceRows) ?? [];
    case 3:
      return readBody(body, (fields) => refusalRows(fields, parties)) ?? [];
    case 4:
      return keyRows(body);
    case 5:
      return publishedRows(body);
    case INCARNATION_OPENED:
      return incarnationRows(body);
    case 7:
      return readBody(body, (fields) => erasureRows(fields, parties)) ?? [];
    case WITNESS_HEARD:
      return readBody(body, witnessRows) ?? [];
    case TAKEN:
    case LEFT:
    case HANDED_OVER:
    case ACCEPTED:
    case ROSTER:
      return watchRows(kind, body, head.references, parties).map(([code, value]) => [code, showLine(value)]);
    case PROPOSED:
      return proposalRows(body, parties);
    case CONSENTED:
    case REFUSED:
      return answerRows(kind, body);
    case ENROLLED:
      return enrolledRows(body);
    case ENDED:
      return endedRows(body);
    case STATEMENT:
    case SHOWN:
      return statedRows(body);
    case ASKED:
      return askedRows(body);
    case NOTE:
      return noteRows(body);
    default:
      if (isCall(kind)) return callRows(kind, body);
      if (NOTICES.includes(kind)) return noticeRows(kind, body).map(([code, value]): Said => [code, showLine(value)]);
      if (kind >= PASSING_FIRST && kind <= PASSING_LAST) return passingRows(kind, body).map(([code, value]): Said => [code, showLine(value)]);
      if (isIncident(kind)) return incidentRows(kind, body).map(([code, value]): Said => [code, showLine(value)]);
      return kind >= ARRANGED_FIRST && kind <= ARRANGED_LAST ? arrangedRows(kind, body).map(([code, value]): Said => [code, showLine(value)]) : [];
  }
}

function agreementRows(body: Uint8Array): Said[] {
  const { octets, signatures } = parseAgreementBody(body);
  const signers = signatures.map((each) => showLine(each.party).toUpperCase()).join(', ');
  return [['signed-by', signers], ['text', show(readText(octets) ?? toHex(octets)).text]];
}

function acceptanceRows(fields: Fields): Said[] {
  const version = asNatural(fields.get(0));
  readSignatures(fields.get(2));
  if (fields.size !== 3 || version < 1 || version > MAX_VERSION) throw new Unreadable();
  return [['version', String(version)], ['digest', toHex(asBytes(fields.get(1), 32))]];
}

function refusalRows(fields: Fields, parties: readonly string[]): Said[] {
  const log = asIndex(fields.get(0));
  const ranges = asList(fields.get(1)).map((range) => asList(range).map(asIndex));
  const reason = asOneOf(fields.get(2), [1, 2, 3]);
  const isGood = fields.size === 3 && ranges.length > 0 && ranges.length <= MAX_RANGES && areApart(ranges);
  if (!isGood) throw new Unreadable();
  return [...ranges.map(([start = 0, end = 0]): Said => ['refused', rangeWords(log, start, end, parties)]), [`reason-${reason}`, '']];
}

/** WITNESS HEARD; the twin of services/witnessed/facts.py. */
function witnessRows(fields: Fields): Said[] {
  const name = asText(fields.get(0));
  const isHeard = fields.get(1);
  const size = asNatural(fields.get(2));
  const heardMs = stated(fields, 3, asNatural, null);
  const isGood = lengthOf(name) > 0 && lengthOf(name) <= MAX_WITNESS_CHARACTERS && !name.includes('\0') && size <= Number.MAX_SAFE_INTEGER;
  if (!isGood || typeof isHeard !== 'boolean' || (heardMs !== null && heardMs >= LATEST_MS)) throw new Unreadable();
  const last: Said[] = heardMs === null ? [] : [['witness-last', formatSecond(Number(heardMs))]];
  return [[isHeard ? 'witness-heard' : 'witness-unseen', showLine(name)], ['witness-size', String(size)], ...last];
}

function erasureRows(fields: Fields, parties: readonly string[]): Said[] {
  const why = ERASED_WHY[asOneOf(fields.get(0), [1, 2, 3])] ?? '';
  const ranges = asList(fields.get(1)).map((range) => asList(range).map(asIndex));
  const [post, reason] = [stated(fields, 2, asText, ''), stated(fields, 3, asText, '')];
  const isLong = lengthOf(post) > MAX_POST_CHARACTERS || lengthOf(reason) > MAX_REASON_CHARACTERS;
  const isGood = ranges.length > 0 && ranges.length <= MAX_ERASED_RANGES && areErased(ranges) && !isLong;
  if (!isGood || [...fields.keys()].some((key) => key > 4)) throw new Unreadable();
  const span: Said[] = fields.has(4) ? [['erased-span', spanWords(asList(fields.get(4)).map(asIndex))]] : [];
  return [
    ...ranges.map(([log = 0, start = 0, end = 0]): Said => ['erased', rangeWords(log, start, end, parties)]),
    [`erased-${why}`, showLine(post)],
    ...shownOf([['reason', reason]]),
    ...span,
  ];
}

function areErased(ranges: readonly (readonly Whole[])[]): boolean {
  return ranges.every(([log = -1, start = -1, end = -1, ...more], at) => {
    const [lastLog = -1, , lastEnd = -1] = ranges[at - 1] ?? [];
    return more.length === 0 && start < end && (log > lastLog || (log === lastLog && start > lastEnd));
  });
}

function spanWords([first, last, ...more]: readonly Whole[]): string {
  if (first === undefined || last === undefined || more.length > 0 || first > last) throw new Unreadable();
  return [first, last].map((each) => formatSecond(Math.min(Number(each), LATEST_MS - 1))).join(' - ');
}

function areApart(ranges: readonly (readonly Whole[])[]): boolean {
  let last: Whole = -1;
  return ranges.every(([start = -1, end = -1, ...more]) => {
    const isGood = more.length === 0 && last < start && start < end;
    last = end;
    return isGood;
  });
}

function rangeWords(log: Whole, start: Whole, end: Whole, parties: readonly string[]): string {
  const [first, last] = [formatNumber(log, start, parties), formatNumber(log, BigInt(end) - 1n, parties)];
  return first === last ? first : `${first} - ${last}`;
}

function keyRows(body: Uint8Array): Said[] {
  const { party, role, oldKey, newKey, size } = parseKeyStatement(body);
  return [
    ['key-of', showLine(party).toUpperCase()],
    ['role', role],
    ['old-key', toBase64(oldKey)],
    newKey ? ['new-key', toBase64(newKey)] : ['revoked', ''],
    ['size', String(size)],
  ];
}

function publishedRows(body: Uint8Array): Said[] {
  const fields = decode(body);
  const keys = isMap(fields) && [...fields.keys()].every((key) => key === 0 || key === 1) ? [...fields.values()] : [];
  if (!keys.every((key) => isBytes(key, ML_DSA_PUBLIC_BYTES))) throw new Unreadable();
  return [...new Set(keys.map((key) => toHex(sha256(key))))].map((name) => ['published-key', name]);
}

function incarnationRows(body: Uint8Array): Said[] {
  const { party, incarnation, logKey, size, fork } = parseOpeningBody(body).statement;
  return [
    ['incarnation-of', `${showLine(party).toUpperCase()}.${incarnation}`],
    ['new-key', toBase64(logKey)],
    ['closed-size', String(size)],
    [fork.length > 0 ? 'cites-fork' : 'cites-no-fork', ''],
  ];
}

function proposalRows(body: Uint8Array, parties: readonly string[]): Said[] {
  const proposal = readProposal(body);
  if (!proposal) return [];
  const { digest, ranges, embargoMs, text, officer } = proposal;
  const shown = ranges.map(({ log, start, end, level, attachments }): Said => {
    const numbers = Array.from({ length: 8 }, (_, number) => number).filter((number) => (attachments >> BigInt(number)) & 1n);
    return [`disclosed-${LEVELS[level] ?? ''}`, rangeWords(log, start, end, parties) + numbers.map((number) => ` #${number}`).join('')];
  });
  const embargo: Said[] = embargoMs === null ? [] : [['embargo', formatSecond(Number(embargoMs))]];
  return [['selection', toHex(digest)], ...shown, ...embargo, ...shownOf([['words', text], ['officer', officer]])];
}

function answerRows(kind: number, body: Uint8Array): Said[] {
  const answer = readAnswer(kind, body);
  return answer ? [['selection', toHex(answer.digest)], ...shownOf([['reason', answer.text], ['officer', answer.officer]])] : [];
}

function enrolledRows(body: Uint8Array): Said[] {
  const fact = readEnrolled(body);
  if (!fact) return [];
  return [...personalKey(fact), ...shownOf([['admitted-by', fact.admittedBy], ['officer', fact.officer]])];
}

function endedRows(body: Uint8Array): Said[] {
  const fact = readEnded(body);
  if (!fact) return [];
  const since: Said[] = fact.sinceMs === null ? [] : [['key-since', formatSecond(Math.min(Number(fact.sinceMs), LATEST_MS - 1))]];
  return [[`key-${fact.reason}`, ''], ...since, ...shownOf([['words', fact.words], ['officer', fact.officer]])];
}

function statedRows(body: Uint8Array): Said[] {
  const fact = readStated(body);
  if (!fact) return [];
  const stated = shownOf([['statement-language', fact.language], ['officer', fact.officer]]);
  return [...personalKey(fact), ...stated, ['text', show(fact.text).text]];
}

function askedRows(body: Uint8Array): Said[] {
  const fact = readAsked(body);
  return fact ? [['presence-asked', ''], ...shownOf([['officer', fact.officer]])] : [];
}

function noteRows(body: Uint8Array): Said[] {
  const promised = readPromise(body);
  return promised ? [['note-kept', toHex(promised.commitment)]] : [];
}

/** What a note says, where that is shown; nothing where it cannot be read. */
export function saidInNote(content: Uint8Array, parties: readonly string[]): readonly Said[] {
  const noted = readNote(content);
  if (!noted) return [];
  const { kind, act, amends, bearing, claim, why, officer, report } = noted;
  return [
    [`report-${kind}`, ''],
    ...placed(act === 'entered' ? '' : act, amends, parties),
    ...shownOf([['reason', why]]),
    ...(report ? rowsOfReport(report) : []),
    ...placed(bearing ?? '', claim, parties),
    ...shownOf([['officer', officer]]),
    ...(report ? [['text', show(report.what).text] as const] : []),
  ];
}

function placed(code: string, place: Place | null, parties: readonly string[]): readonly Said[] {
  return code ? [[`report-${code}`, place ? formatNumber(place[0], place[1], parties) : '']] : [];
}

function rowsOfReport(report: Report): Said[] {
  const [from = '', to = ''] = report.whenMs.map((each) => formatSecond(Math.min(Number(each), LATEST_MS - 1)));
  const [[date, dateWords], [corroboration, corroborationWords]] = [report.dateProof, report.corroboration];
  return [
    ...report.posts.map((post): Said => ['report-concerns', showLine(post)]),
    ['report-when', `${from} - ${to}`],
    ...shownOf([['report-speaker', report.speaker]]),
    ['report-source', showLine(report.source)],
    [`report-medium-${report.medium}`, ''],
    [`report-date-${date}`, showLine(dateWords)],
    [`report-corroboration-${corroboration}`, showLine(corroborationWords)],
    [`report-reliability-${report.reliability}`, ''],
    [`report-credibility-${report.credibility}`, ''],
  ];
}

function personalKey({ publicKey, origin }: { publicKey: Uint8Array; origin: string }): Said[] {
  return [['personal-key', `${numbersOf(publicKey).algorithm} ${toHex(sha256(publicKey))}`], ['key-origin', showLine(origin)]];
}

/** What is stated, safe to show. */
function shownOf(rows: readonly Said[]): Said[] {
  return rows.filter(([, value]) => value !== '').map(([code, value]) => [code, showLine(value)]);
}
