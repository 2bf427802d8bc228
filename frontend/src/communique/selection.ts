/** Which entries a communique discloses, and how much of each: what parties consent to, as one digest. */

import { sha256 } from '@noble/hashes/sha2.js';
import type { Whole } from '../proof/cbor';
import { toBase64, utf8ToBytes } from '../proof/octets';

export type Disclosed = 'existence' | 'head' | 'all';

export interface Chosen {
  readonly log: number;
  readonly index: bigint;
  readonly disclosed: Disclosed;
  /** Numbers of the attachments that are disclosed, ascending. */
  readonly attachments: readonly number[];
  readonly leafHash: Uint8Array;
}

/** The SHA-256 of a selection; `chosen` by log and index (docs/spec/communique.md, section 3). */
export function selectionDigest(lineId: string, embargoMs: Whole | null, chosen: readonly Chosen[]): Uint8Array {
  const hash = sha256.create();
  hash.update(utf8ToBytes(`coupefeu/communique-selection/v1\n${lineId}\n${embargoMs ?? '-'}\n`));
  for (const { log, index, disclosed, attachments, leafHash } of chosen) {
    hash.update(utf8ToBytes(`${log} ${index} ${disclosed} ${attachments.join(',') || '-'} ${toBase64(leafHash)}\n`));
  }
  return hash.digest();
}
