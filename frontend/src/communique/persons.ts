/** What persons signed among the entries that a reader is shown. The twin of services/persons/judging.py and shown.py. */

import { sha256 } from '@noble/hashes/sha2.js';
import type { Head } from '../entries/head';
import { partyOfLog } from '../entries/numbers';
import { ENDED, ENROLLED, readEnded, readEnrolled, readStated, STATEMENT, type Enrolled, type Stated } from '../entries/persons';
import { SHOWN } from '../entries/presence';
import type { Whole } from '../proof/cbor';
import { concatBytes, fromHex, isSame, toHex, utf8ToBytes } from '../proof/octets';
import { assertionDefect, signedBytes, type Used } from './assertion';
import type { Proved, ProvedEntry } from './verify';

/** The line that all is judged by: its id in hexadecimal, and the parties in the order of their logs. */
export interface Line {
  readonly id: string;
  readonly parties: readonly string[];
}

/** What a device signs for one of these kinds is no signature for another. */
const SIGNED: ReadonlyMap<number, string> = new Map([
  [STATEMENT, 'coupefeu/statement/v1'],
  [SHOWN, 'coupefeu/presence/v1'],
]);

type Place = readonly [log: Whole, index: Whole];

/** `effect`: why it has none; `key_not_shown` where only its signature could be judged; nothing where it holds. */
export interface ShownStatement {
  readonly entry: ProvedEntry;
  readonly about: Place | null;
  readonly post: string;
  readonly key: string;
  readonly effect: string;
}

interface Enrolment {
  readonly entry: ProvedEntry;
  readonly post: string;
  readonly key: Used;
}

interface Statement {
  readonly entry: ProvedEntry;
  readonly head: Head;
  readonly fact: Stated;
  readonly effect: string;
}

/** Judge every statement of a communique, by log and index. */
export function shownStatements({ entries, versions }: Proved): ShownStatement[] {
  const [{ lineId, parties }] = versions;
  return new Shown({ id: lineId, parties: parties.map((party) => party.id) }, entries).statements();
}

class Shown {
  readonly #keys = new Map<string, Enrolment>();
  readonly #ends = new Map<string, ProvedEntry[]>();
  readonly #statements: Statement[] = [];
  readonly #first = new Map<string, ProvedEntry>();

  constructor(line: Line, entries: readonly ProvedEntry[]) {
    for (const entry of entries) this.#take(entry, line);
  }

  statements(): ShownStatement[] {
    return this.#statements.map(({ entry, head, fact, effect }) => {
      const [about] = head.references;
      return {
        entry,
        about: about ? [about.log, about.number] : null,
        post: head.fromPost,
        key: toHex(sha256(fact.publicKey)),
        effect: effect || this.#judge(entry, head, fact),
      };
    });
  }

  #take(entry: ProvedEntry, line: Line): void {
    const { head, body } = entry;
    if (!head || !body) return;
    const place = placeOf([entry.log.number, entry.index]);
    const effect = personEffect(head, body, entry.log.number, line);
    if (Number(head.kind) === ENROLLED && effect === '') {
      const fact = readEnrolled(body);
      if (fact) this.#keys.set(place, { entry, post: head.fromPost, key: fact });
    } else if (Number(head.kind) === ENDED && effect === '') {
      const key = named(head, 0);
      this.#ends.set(key, [...(this.#ends.get(key) ?? []), entry]);
    } else if (SIGNED.has(Number(head.kind))) {
      const fact = readStated(body);
      if (!fact) return;
      this.#statements.push({ entry, head, fact, effect });
      const signed = toHex(sha256(signedBytes(fact.assertion)));
      if (effect === '' && !this.#first.has(signed)) this.#first.set(signed, entry);
    }
  }

  #judge(entry: ProvedEntry, head: Head, fact: Stated): string {
    const key = this.#keys.get(named(head, 1));
    if (!key) return 'key_not_shown';
    if (isBefore(entry, key.entry)) return 'unknown_key';
    if (key.post !== head.fromPost) return 'other_post';
    if (!isSame(key.key.publicKey, fact.publicKey) || key.key.origin !== fact.origin || key.key.rpId !== fact.rpId) return 'other_key';
    if ((this.#ends.get(named(head, 1)) ?? []).some((end) => isBefore(end, entry))) return 'ended_key';
    const first = this.#first.get(toHex(sha256(signedBytes(fact.assertion))));
    return first && isBefore(first, entry) ? 'replayed' : '';
  }
}

/** Why an entry about a personal key has no effect by itself; nothing when it has. */
export function personEffect(head: Head, body: Uint8Array, log: number, line: Line): string {
  const kind = Number(head.kind);
  if (![ENROLLED, ENDED, ...SIGNED.keys()].includes(kind)) return '';
  const fact = kind === ENROLLED ? readEnrolled(body) : kind === ENDED ? readEnded(body) : readStated(body);
  if (!fact) return 'unreadable_body';
  if (fact.defect) return fact.defect;
  const [party = '', ...rest] = head.fromPost.split('.');
  const name = rest.join('.');
  if (!party || party !== partyOfLog(log, line.parties) || !name || name.includes('\0')) return 'foreign_post';
  const isOwn = (each: { log: Whole }): boolean => partyOfLog(each.log, line.parties) === party;
  if (kind === ENDED) return head.references.length > 0 && head.references.every(isOwn) ? '' : 'missing_reference';
  if (kind === ENROLLED) return enrolmentEffect(fact as Enrolled, head, line);
  if (head.references.length !== 2 || !head.references.slice(1).every(isOwn)) return 'missing_reference';
  if (kind === SHOWN && head.references.every(isOwn)) return 'own_question';
  return statementEffect(fact as Stated, head, line);
}

function enrolmentEffect(fact: Enrolled, head: Head, line: Line): string {
  const challenge = challengeOf('coupefeu/personal-key/v1', [
    fromHex(line.id), head.fromPost, fact.credentialId, fact.publicKey, fact.origin, fact.rpId, fact.admittedBy, fact.officer,
  ]);
  return renamed(assertionDefect(fact.assertion, fact, challenge), 'other_enrolment');
}

function statementEffect(fact: Stated, head: Head, line: Line): string {
  const [about] = head.references;
  if (!about) return 'missing_reference';
  const challenge = challengeOf(SIGNED.get(Number(head.kind)) ?? '', [
    fromHex(line.id), head.fromPost, BigInt(about.log), BigInt(about.number), about.hash, sha256(utf8ToBytes(fact.text)), fact.language,
  ]);
  return renamed(assertionDefect(fact.assertion, fact, challenge), 'other_statement');
}

function renamed(defect: string, other: string): string {
  return defect === 'other_challenge' ? other : defect;
}

/** SHA-256 of a label, a zero byte, and the canonical CBOR map of these values under the keys 0, 1, 2 ... */
function challengeOf(label: string, values: readonly (Uint8Array | string | bigint)[]): Uint8Array {
  const fields = values.flatMap((value, key) => [cborHead(0, BigInt(key)), encoded(value)]);
  return sha256(concatBytes(utf8ToBytes(`${label}\0`), cborHead(5, BigInt(values.length)), ...fields));
}

function encoded(value: Uint8Array | string | bigint): Uint8Array {
  if (typeof value === 'bigint') return cborHead(0, value);
  const octets = typeof value === 'string' ? utf8ToBytes(value) : value;
  return concatBytes(cborHead(typeof value === 'string' ? 3 : 2, BigInt(octets.length)), octets);
}

/** The shortest head of an item. */
function cborHead(major: number, argument: bigint): Uint8Array {
  if (argument < 24n) return Uint8Array.of((major << 5) | Number(argument));
  const size = [8n, 16n, 32n, 64n].findIndex((bits) => argument < 1n << bits);
  const octets = Array.from({ length: 1 << size }, (_, at) => Number((argument >> BigInt(8 * ((1 << size) - 1 - at))) & 0xffn));
  return Uint8Array.of((major << 5) | (24 + size), ...octets);
}

function named(head: Head, position: number): string {
  const reference = head.references[position];
  return reference ? placeOf([reference.log, reference.number]) : '';
}

function placeOf([log, index]: Place): string {
  return `${log}/${index}`;
}

function isBefore(one: ProvedEntry, other: ProvedEntry): boolean {
  return one.log.number === other.log.number ? one.index < other.index : one.log.number < other.log.number;
}
