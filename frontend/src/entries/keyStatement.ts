/** A party replaces or revokes one of its online keys. The twin of wire/key_statement.py. */

import { decode, isBytes, isMap, isNatural, type Value } from '../proof/cbor';
import { verifyEd25519 } from '../proof/keys';
import { toBase64, toHex, utf8ToBytes } from '../proof/octets';
import { Refusal } from '../proof/refusal';
import { checkSessionKey, readSignatures, verifyIdentity, type Agreement, type Signatures } from './agreement';

const KEYS = 10;
const MAX_NUMBER = 9_999;
const MAX_SIZE = 1n << 62n;
export const ROLES = ['log', 'cosigner', 'session', 'log-mldsa', 'cosigner-mldsa'] as const;

export type Role = (typeof ROLES)[number];

export interface KeyStatement {
  readonly lineId: Uint8Array;
  readonly party: string;
  readonly number: number;
  readonly role: Role;
  /** Of ML-DSA-44 its SHA-256, or nothing: there was none before. */
  readonly oldKey: Uint8Array;
  /** Null: revoked, and no key follows. */
  readonly newKey: Uint8Array | null;
  readonly size: bigint;
  readonly root: Uint8Array;
  readonly signatures: Signatures;
  readonly possession: Uint8Array;
}

/** Read a statement; nothing in it is verified yet. Throws Refusal `wire.*`. */
export function parseKeyStatement(body: Uint8Array): KeyStatement {
  const fields = decode(body);
  if (!isMap(fields) || fields.size !== KEYS || [...fields.keys()].some((key) => key >= KEYS)) throw bad();
  const party = fields.get(1);
  if (typeof party !== 'string' || !/^[A-Za-z0-9]{1,16}$/.test(party)) throw bad();
  const role = ROLES[Number(natural(fields.get(3), 0n, BigInt(ROLES.length - 1)))] ?? 'log';
  const oldKey = isMlDsa(role) ? octets(fields.get(4), 0, 32) : octets(fields.get(4), 32);
  const newKey = oldKey.length > 0 ? octets(fields.get(5), 0, 32) : octets(fields.get(5), 32);
  return {
    lineId: octets(fields.get(0), 16),
    party,
    number: Number(natural(fields.get(2), 1n, BigInt(MAX_NUMBER))),
    role,
    oldKey,
    newKey: newKey.length > 0 ? newKey : null,
    size: natural(fields.get(6), 0n, MAX_SIZE),
    root: octets(fields.get(7), 32),
    signatures: readSignatures(fields.get(8)),
    possession: octets(fields.get(9), 0, 64),
  };
}

/** Verify the signatures of a statement of this line. Throws Refusal. */
export function verifyKeyStatement(body: Uint8Array, agreement: Agreement): KeyStatement {
  const statement = parseKeyStatement(body);
  if (toHex(statement.lineId) !== agreement.lineId) throw new Refusal('keys.statement.other_line');
  if (!agreement.keys.some((keys) => keys.party === statement.party)) throw new Refusal('model.agreement.no_keys');
  const text = utf8ToBytes(textOf(statement));
  if (statement.signatures.party !== statement.party) throw new Refusal('keys.agreement.other_party');
  verifyIdentity(agreement, statement.signatures, text);
  if (statement.newKey === null) return statement;
  if (statement.role === 'session') {
    checkSessionKey(statement.newKey);
  } else if (!isMlDsa(statement.role)) {
    verifyEd25519(statement.newKey, text, statement.possession);
  }
  return statement;
}

function textOf(statement: KeyStatement): string {
  const { party, number, role, size } = statement;
  const newKey = statement.newKey ? toBase64(statement.newKey) : 'revoked';
  const oldKey = statement.oldKey.length > 0 ? toBase64(statement.oldKey) : 'none';
  const rows = ['coupefeu/keys/v1', toHex(statement.lineId), party, number, role, oldKey, newKey, size];
  return `${[...rows, toBase64(statement.root)].join('\n')}\n`;
}

/** Whether a role is of a key that a line may do without. */
function isMlDsa(role: Role): boolean {
  return role === 'log-mldsa' || role === 'cosigner-mldsa';
}

function natural(value: Value | undefined, least: bigint, most: bigint): bigint {
  if (!isNatural(value) || value < least || value > most) throw bad();
  return BigInt(value);
}

function octets(value: Value | undefined, ...lengths: readonly number[]): Uint8Array {
  if (!isBytes(value) || !lengths.includes(value.length)) throw bad();
  return value;
}

function bad(): Refusal {
  return new Refusal('wire.key_statement.bad_field');
}
