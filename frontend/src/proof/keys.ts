/** Signatures, judged as strictly as by the command line. The twin of keys/ed25519.py and keys/mldsa.py. */

import { ed25519 } from '@noble/curves/ed25519.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { ml_dsa44 } from '@noble/post-quantum/ml-dsa.js';
import { concatBytes, isSame } from './octets';
import { Refusal } from './refusal';

const { Point } = ed25519;
const HALF = 32;
const good = new Set<string>();

/** Insist that a key is the canonical encoding of a point of large order. Throws Refusal `keys.ed25519.*`. */
export function checkEd25519Key(key: Uint8Array): void {
  if (key.length !== HALF) throw new Refusal('keys.ed25519.length');
  const name = key.join();
  if (good.has(name)) return;
  if (readPoint(key).isSmallOrder()) throw new Refusal('keys.ed25519.small-order');
  good.add(name);
}

function readPoint(key: Uint8Array): ReturnType<typeof Point.fromBytes> {
  try {
    return Point.fromBytes(key, false);
  } catch {
    throw new Refusal('keys.ed25519.not-canonical');
  }
}

/**
 * Insist on an Ed25519 signature. Throws Refusal `keys.ed25519.*`.
 *
 * The library multiplies by the cofactor; every implementation of the record gives one answer only if that is left
 * out and R is compared as bytes (docs/spec/record.md, 1). What the library refuses is refused in any case.
 */
export function verifyEd25519(key: Uint8Array, message: Uint8Array, signature: Uint8Array): void {
  checkEd25519Key(key);
  const holds = signature.length === 2 * HALF && ed25519.verify(signature, message, key, { zip215: false });
  if (!holds || !holdsWithoutCofactor(key, message, signature)) throw new Refusal('keys.ed25519.signature');
}

/** Whether [S]B - [k]A is R, byte for byte; the library has checked that S is below the order. */
function holdsWithoutCofactor(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const [r, s] = [signature.subarray(0, HALF), signature.subarray(HALF)];
  const k = Point.Fn.create(littleEndian(sha512(concatBytes(r, key, message))));
  const expected = Point.BASE.multiplyUnsafe(littleEndian(s)).subtract(readPoint(key).multiplyUnsafe(k));
  return isSame(expected.toBytes(), r);
}

function littleEndian(octets: Uint8Array): bigint {
  return octets.reduceRight((sum, octet) => (sum << 8n) | BigInt(octet), 0n);
}

/** Insist on an ML-DSA-44 signature with an empty context. Throws Refusal `keys.mldsa.*`. */
export function verifyMlDsa(key: Uint8Array, message: Uint8Array, signature: Uint8Array): void {
  if (key.length !== ml_dsa44.lengths.publicKey) throw new Refusal('keys.mldsa.public-key');
  let holds = false;
  try {
    holds = ml_dsa44.verify(signature, message, key);
  } catch {
    holds = false;
  }
  if (!holds) throw new Refusal('keys.mldsa.signature');
}
