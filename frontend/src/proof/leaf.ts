/** A leaf commits to head and body apart, each under its own salt. The twin of record/leaf.py and record/attachment.py. */

import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes, isSame, utf8ToBytes } from './octets';
import { Refusal } from './refusal';

export const LEAF_BYTES = 70;
export const SALT_BYTES = 16;
const MAX_ORIGIN_BYTES = 120;
const START = Uint8Array.of(0x83, 1, 0x58, 0x20);
const MIDDLE = Uint8Array.of(0x58, 0x20);

export type Part = 'head' | 'body' | 'attachment';

/** Insist on the form of a leaf: CBOR [1, H, B]. Throws Refusal `record.leaf.form`. */
export function checkLeaf(leaf: Uint8Array): void {
  const isLeaf = leaf.length === LEAF_BYTES && isSame(leaf.subarray(0, 4), START) && isSame(leaf.subarray(36, 38), MIDDLE);
  if (!isLeaf) throw new Refusal('record.leaf.form');
}

export function headMatches(leaf: Uint8Array, origin: string, salt: Uint8Array, head: Uint8Array): boolean {
  return isSame(leaf.subarray(4, 36), commitment('head', origin, salt, head));
}

export function bodyMatches(leaf: Uint8Array, origin: string, salt: Uint8Array, body: Uint8Array): boolean {
  return isSame(leaf.subarray(38), commitment('body', origin, salt, body));
}

/** SHA-256("coupefeu/PART/v1" | 00 | length of origin | origin | salt | content). */
export function commitment(part: Part, origin: string, salt: Uint8Array, content: Uint8Array): Uint8Array {
  const name = utf8ToBytes(origin);
  if (name.length === 0 || name.length > MAX_ORIGIN_BYTES) throw new Refusal('record.leaf.origin');
  const before = concatBytes(utf8ToBytes(`coupefeu/${part}/v1`), Uint8Array.of(0, name.length), name, salt);
  return sha256.create().update(before).update(content).digest();
}
