/** Signed notes, verifier keys (c2sp.org/signed-note) and checkpoints. The twin of wire/note.py and wire/checkpoint.py. */

import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes, isSame, parseBase64, parseDecimal, readText, toBase64, toHex, utf8ToBytes } from './octets';
import { Refusal } from './refusal';
import { HASH_BYTES } from './tree';

export const MAX_NOTE_BYTES = 1_000_000;
export const MAX_SIGNATURES = 100;

/** Signature types: Ed25519; timestamped Ed25519 co-signature; ML-DSA-44. */
export const ED25519 = 0x01;
export const COSIGNATURE = 0x04;
export const ML_DSA_44 = 0x06;
const KEY_BYTES: Readonly<Record<number, number>> = { [ED25519]: 32, [COSIGNATURE]: 32, [ML_DSA_44]: 1_312 };
const BLANK = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

export interface NoteSignature {
  readonly name: string;
  readonly keyId: Uint8Array;
  readonly blob: Uint8Array;
}

/** A text that ends with a line feed, and the signatures that claim it; nothing is verified yet. */
export interface Note {
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

export interface VerifierKey {
  readonly name: string;
  readonly id: Uint8Array;
  readonly algorithm: number;
  readonly key: Uint8Array;
}

export interface Checkpoint {
  readonly origin: string;
  readonly size: bigint;
  readonly root: Uint8Array;
}

export function keyOf(name: string, algorithm: number, key: Uint8Array): VerifierKey {
  const id = sha256(concatBytes(utf8ToBytes(`${name}\n`), Uint8Array.of(algorithm), key)).subarray(0, 4);
  return { name, id, algorithm, key };
}

/** Read `NAME+KEYID+BASE64`; a line feed at the end is allowed. Throws Refusal `wire.note.verifier-key`, `.key-id`. */
export function parseKey(text: string): VerifierKey {
  const line = text.endsWith('\n') ? text.slice(0, -1) : text;
  const [name = '', identifier = '', ...rest] = line.split('+');
  if (!isName(name) || !/^[0-9a-f]{8}$/.test(identifier)) throw refused('verifier-key');
  const data = parseBase64(rest.join('+'));
  const algorithm = data[0] ?? 0;
  if (data.length - 1 !== KEY_BYTES[algorithm]) throw refused('verifier-key');
  const made = keyOf(name, algorithm, data.subarray(1));
  if (toHex(made.id) !== identifier) throw refused('key-id');
  return made;
}

export function keyText(key: VerifierKey): string {
  return `${key.name}+${toHex(key.id)}+${toBase64(concatBytes(Uint8Array.of(key.algorithm), key.key))}`;
}

export function isFrom(key: VerifierKey, signature: NoteSignature): boolean {
  return signature.name === key.name && isSame(signature.keyId, key.id);
}

/** Throws Refusal `wire.note.*`. */
export function parseNote(data: Uint8Array): Note {
  if (data.length > MAX_NOTE_BYTES) throw refused('too-long');
  const whole = readText(data);
  if (whole === null) throw refused('not-utf8');
  if (/[\x00-\x09\x0b-\x1f]/.test(whole)) throw refused('control-character');
  const split = whole.lastIndexOf('\n\n');
  if (split < 0 || !whole.endsWith('\n')) throw refused('no-signatures');
  const lines = whole.slice(split + 2, -1).split('\n');
  if (lines.length > MAX_SIGNATURES) throw refused('too-many-signatures');
  return { text: whole.slice(0, split + 1), signatures: lines.map(parseSignature) };
}

function parseSignature(line: string): NoteSignature {
  const [, name = '', encoded = ''] = /^\u2014 ([^ ]*) ?(.*)$/.exec(line) ?? [];
  if (!isName(name)) throw refused('signature-line');
  const data = parseBase64(encoded);
  if (data.length < 5) throw refused('signature-line');
  return { name, keyId: data.subarray(0, 4), blob: data.subarray(4) };
}

/** Read origin, size and root, a line each. Throws Refusal `wire.checkpoint.lines`, `wire.decimal.*`, `wire.base64.*`. */
export function parseCheckpoint(text: string): Checkpoint {
  const [origin = '', size = '', root = '', end, ...more] = text.split('\n');
  if (origin === '' || end !== '' || more.length > 0) throw new Refusal('wire.checkpoint.lines');
  return { origin, size: parseDecimal(size), root: parseBase64(root, HASH_BYTES) };
}

function isName(name: string): boolean {
  return name !== '' && !name.includes('+') && !BLANK.test(name);
}

function refused(defect: string): Refusal {
  return new Refusal(`wire.note.${defect}`);
}
