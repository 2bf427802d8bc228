/** The RFC 6962 tree, as far as a proof needs it. The twin of record/tree.py. */

import { sha256 } from '@noble/hashes/sha2.js';
import { isSame } from './octets';
import { Refusal } from './refusal';

export const HASH_BYTES = 32;
export const MAX_PATH = 64;

export function leafHash(leaf: Uint8Array): Uint8Array {
  return sha256.create().update(Uint8Array.of(0)).update(leaf).digest();
}

function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  const node = new Uint8Array(1 + 2 * HASH_BYTES);
  node[0] = 1;
  node.set(left, 1);
  node.set(right, 1 + HASH_BYTES);
  return sha256(node);
}

/** Insist that `path` leads from a leaf's hash at `index` to `root` (RFC 9162, 2.1.3.2). Throws Refusal `record.tree.inclusion`. */
export function verifyInclusion(
  hash: Uint8Array,
  index: bigint,
  size: bigint,
  root: Uint8Array,
  path: readonly Uint8Array[],
): void {
  if (!isSame(rootFromPath(hash, index, size, path), root)) throw unproved();
}

function rootFromPath(hash: Uint8Array, index: bigint, size: bigint, path: readonly Uint8Array[]): Uint8Array {
  if (index < 0n || index >= size || path.length > MAX_PATH) throw unproved();
  let [node, position, last] = [hash, index, size - 1n];
  for (const sibling of path) {
    if (last === 0n || sibling.length !== HASH_BYTES) throw unproved();
    if (position & 1n || position === last) {
      node = nodeHash(sibling, node);
      while (position && !(position & 1n)) [position, last] = [position >> 1n, last >> 1n];
    } else {
      node = nodeHash(node, sibling);
    }
    [position, last] = [position >> 1n, last >> 1n];
  }
  if (last) throw unproved();
  return node;
}

/** Insist that the first `oldSize` leaves begin the first `newSize` (RFC 9162, 2.1.4.2). Throws Refusal `record.tree.consistency`. */
export function verifyConsistency(
  oldSize: bigint,
  oldRoot: Uint8Array,
  newSize: bigint,
  newRoot: Uint8Array,
  path: readonly Uint8Array[],
): void {
  const unproved = new Refusal('record.tree.consistency');
  if (oldSize <= 0n || oldSize > newSize || path.length > MAX_PATH) throw unproved;
  if (oldSize === newSize) {
    if (path.length > 0 || !isSame(oldRoot, newRoot)) throw unproved;
    return;
  }
  const isFull = (oldSize & (oldSize - 1n)) === 0n;
  const roots = climb(isFull ? [oldRoot, ...path] : path, oldSize - 1n, newSize - 1n);
  if (!roots || !isSame(roots[0], oldRoot) || !isSame(roots[1], newRoot)) throw unproved;
}

/** Give the old and the new root that a path leads to, or null where it does not end at the top. */
function climb(hashes: readonly Uint8Array[], start: bigint, end: bigint): [Uint8Array, Uint8Array] | null {
  const [first, ...rest] = hashes;
  if (!first) return null;
  let [position, last, oldNode, newNode] = [start, end, first, first];
  while (position & 1n) [position, last] = [position >> 1n, last >> 1n];
  for (const sibling of rest) {
    if (last === 0n) return null;
    if (position & 1n || position === last) {
      [oldNode, newNode] = [nodeHash(sibling, oldNode), nodeHash(sibling, newNode)];
      while (position && !(position & 1n)) [position, last] = [position >> 1n, last >> 1n];
    } else {
      newNode = nodeHash(newNode, sibling);
    }
    [position, last] = [position >> 1n, last >> 1n];
  }
  return last ? null : [oldNode, newNode];
}

function unproved(): Refusal {
  return new Refusal('record.tree.inclusion');
}
