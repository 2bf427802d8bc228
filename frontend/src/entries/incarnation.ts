/** A party opens a new log under fresh keys. The twin of wire/incarnation.py and keys/incarnations.py. */

import { sha256 } from '@noble/hashes/sha2.js';
import { decode, isBytes, isList, isMap, isNatural, type Value } from '../proof/cbor';
import { verifyEd25519 } from '../proof/keys';
import { toBase64, toHex, utf8ToBytes } from '../proof/octets';
import { Refusal } from '../proof/refusal';
import {
  readSignatures, verifyAgreement, verifyIdentity, type Agreement, type SignedText, type Signatures,
} from './agreement';

export const INCARNATION_OPENED = 6;
const FIELDS = 11;
const STATEMENT = 2;
const MAX_INCARNATION = 9_999n;
const MAX_SIZE = 1n << 62n;
const MAX_FORK_BYTES = 8_192;

export interface Incarnation {
  readonly lineId: Uint8Array;
  readonly party: string;
  readonly incarnation: number;
  readonly logKey: Uint8Array;
  readonly cosignerKey: Uint8Array;
  /** Up to where the log before it stands. */
  readonly size: bigint;
  readonly root: Uint8Array;
  readonly signatures: Signatures;
  /** By the log key, by the cosigner key. */
  readonly possession: readonly [Uint8Array, Uint8Array];
  /** The proof that the log before it forked; empty: none is cited. */
  readonly fork: Uint8Array;
  /** SHA-256 of its ML-DSA-44 keys, both or none. */
  readonly mlDsa: readonly [] | readonly [Uint8Array, Uint8Array];
}

/** The body of entry 0 of a new log, or of the entry of whoever took it up: the statement, with the agreement or without. */
export interface Opening {
  readonly statement: Incarnation;
  readonly agreement: SignedText | null;
}

/** Nothing is verified yet. Throws Refusal `keys.incarnation.bad_body`, `wire.*`. */
export function parseOpeningBody(body: Uint8Array): Opening {
  const fields = decode(body);
  const keys = isMap(fields) ? [...fields.keys()].join() : '';
  if (!isMap(fields) || (keys !== '2' && keys !== '0,1,2')) throw new Refusal('keys.incarnation.bad_body');
  const statement = readStatement(fields.get(STATEMENT));
  if (fields.size === 1) return { statement, agreement: null };
  const [octets, rows] = [fields.get(0), fields.get(1)];
  if (!isBytes(octets) || !isList(rows)) throw new Refusal('keys.agreement.bad_body');
  return { statement, agreement: { octets, signatures: rows.map(readSignatures) } };
}

function readStatement(value: Value | undefined): Incarnation {
  if (!isMap(value) || value.size !== FIELDS || [...value.keys()].some((key) => key >= FIELDS)) throw bad();
  const [party, fork] = [value.get(1), value.get(9)];
  if (!isBytes(fork) || fork.length > MAX_FORK_BYTES) throw bad();
  if (typeof party !== 'string' || !/^[A-Za-z0-9]{1,16}$/.test(party)) throw bad();
  return {
    lineId: octetsIn(value.get(0), 16),
    party,
    incarnation: Number(natural(value.get(2), 2n, MAX_INCARNATION)),
    logKey: octetsIn(value.get(3), 32),
    cosignerKey: octetsIn(value.get(4), 32),
    size: natural(value.get(5), 0n, MAX_SIZE),
    root: octetsIn(value.get(6), 32),
    signatures: readSignatures(value.get(7)),
    possession: pair(value.get(8), 64),
    fork,
    mlDsa: isList(value.get(10)) && (value.get(10) as readonly Value[]).length === 0 ? [] : pair(value.get(10), 32),
  };
}

/** Verify all signatures of a statement of this line. Throws Refusal `keys.*`. */
export function verifyIncarnation(statement: Incarnation, agreement: Agreement): Incarnation {
  if (toHex(statement.lineId) !== agreement.lineId) throw new Refusal('keys.incarnation.other_line');
  if (!agreement.keys.some((keys) => keys.party === statement.party)) throw new Refusal('model.agreement.no_keys');
  if (statement.signatures.party !== statement.party) throw new Refusal('keys.agreement.other_party');
  const text = utf8ToBytes(textOf(statement));
  verifyIdentity(agreement, statement.signatures, text);
  verifyEd25519(statement.logKey, text, statement.possession[0]);
  verifyEd25519(statement.cosignerKey, text, statement.possession[1]);
  return statement;
}

/** Verify the body of an entry 0, of whichever incarnation; gives the agreement in it. Throws Refusal. */
export function verifyFirstBody(body: Uint8Array): Agreement {
  const fields = decode(body);
  if (!isMap(fields) || !fields.has(STATEMENT)) return verifyAgreement(body);
  const { statement, agreement } = parseOpeningBody(body);
  if (!agreement) throw new Refusal('wire.toml.missing_field');
  const verified = verifyAgreement(agreement);
  verifyIncarnation(statement, verified);
  return verified;
}

function textOf(statement: Incarnation): string {
  const { party, incarnation, size, fork, mlDsa } = statement;
  const [log, cosigner] = mlDsa;
  const keys = [statement.logKey, statement.cosignerKey, log, cosigner].map((key) => (key ? toBase64(key) : 'none'));
  const cited = fork.length > 0 ? toBase64(sha256(fork)) : 'none';
  const rows = ['coupefeu/incarnation/v1', toHex(statement.lineId), party, incarnation, ...keys, size, toBase64(statement.root), cited];
  return `${rows.join('\n')}\n`;
}

function natural(value: Value | undefined, least: bigint, most: bigint): bigint {
  if (!isNatural(value) || value < least || value > most) throw bad();
  return BigInt(value);
}

function octetsIn(value: Value | undefined, length: number): Uint8Array {
  if (!isBytes(value, length)) throw bad();
  return value;
}

function pair(value: Value | undefined, length: number): readonly [Uint8Array, Uint8Array] {
  const [first, second, ...more] = isList(value) ? value : [];
  if (more.length > 0) throw bad();
  return [octetsIn(first, length), octetsIn(second, length)];
}

function bad(): Refusal {
  return new Refusal('wire.incarnation.bad_field');
}
