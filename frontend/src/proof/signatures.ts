/** A signed checkpoint: by its log's key, by who co-signed, by a witness. The twin of record/signatures.py. */

import { verifyEd25519, verifyMlDsa } from './keys';
import {
  COSIGNATURE, ED25519, isFrom, ML_DSA_44, parseCheckpoint, parseNote, type Checkpoint, type Note, type NoteSignature,
  type VerifierKey,
} from './note';
import { concatBytes, toHex, utf8ToBytes } from './octets';
import { Refusal } from './refusal';

const ML_DSA_BYTES = 2_420;
const TIME_BYTES = 8;

/** Who signed a checkpoint, and the time it gave in UTC seconds; null: it gave none. */
export interface Signed {
  readonly key: VerifierKey;
  readonly timeS: number | null;
}

export interface SignedCheckpoint {
  readonly checkpoint: Checkpoint;
  /** Every line of a key that is known, the log's own among them. */
  readonly signed: readonly Signed[];
  /** Who else claims to have signed; it proves nothing. */
  readonly unknown: readonly string[];
}

/**
 * Give the checkpoint if the log's own key signed it and every line of a known key holds.
 *
 * Throws Refusal `record.signatures.*`, `keys.*`, `wire.*`.
 */
export function verifyCheckpointNote(
  data: Uint8Array,
  logKey: VerifierKey,
  others: readonly VerifierKey[],
): SignedCheckpoint {
  const note = parseNote(data);
  const checkpoint = parseCheckpoint(note.text);
  insistOnKeys(checkpoint, logKey, others);
  const keys = [logKey, ...others];
  const signed: Signed[] = [];
  const unknown: string[] = [];
  for (const signature of note.signatures) {
    const key = keys.find((each) => isFrom(each, signature));
    if (key) signed.push({ key, timeS: verifyLine(key, note, checkpoint, signature) });
    else unknown.push(signature.name);
  }
  if (!signed.some((each) => each.key === logKey)) throw new Refusal('record.signatures.unsigned');
  return { checkpoint, signed, unknown };
}

function insistOnKeys(checkpoint: Checkpoint, logKey: VerifierKey, others: readonly VerifierKey[]): void {
  const keys = [logKey, ...others];
  const names = new Set(keys.map((key) => `${key.name} ${key.algorithm === ML_DSA_44}`));
  const octets = new Set(keys.map((key) => toHex(key.key)));
  const areKinds =
    logKey.algorithm === ED25519 && others.every((key) => key.algorithm === COSIGNATURE || key.algorithm === ML_DSA_44);
  const areDistinct = names.size === keys.length && octets.size === keys.length;
  if (!areKinds || !areDistinct || logKey.name !== checkpoint.origin) throw new Refusal('record.signatures.keys');
}

/** Verify one line by the algorithm of its key; give the time in it. */
function verifyLine(key: VerifierKey, note: Note, checkpoint: Checkpoint, { blob }: NoteSignature): number | null {
  if (key.algorithm === ED25519) {
    verifyEd25519(key.key, utf8ToBytes(note.text), blob);
    return null;
  }
  const isMlDsa = key.algorithm === ML_DSA_44;
  const time = timeIn(blob, isMlDsa ? ML_DSA_BYTES : 64);
  const signature = blob.subarray(TIME_BYTES);
  if (isMlDsa) verifyMlDsa(key.key, subtreeMessage(key.name, checkpoint, time), signature);
  else verifyEd25519(key.key, utf8ToBytes(`cosignature/v1\ntime ${time}\n${note.text}`), signature);
  return time === 0n && isMlDsa ? null : Number(time);
}

function timeIn(blob: Uint8Array, signatureBytes: number): bigint {
  if (blob.length !== TIME_BYTES + signatureBytes || (blob[0] ?? 0) > 127) throw new Refusal('wire.cosignature.length');
  return blob.subarray(0, TIME_BYTES).reduce((sum, octet) => (sum << 8n) | BigInt(octet), 0n);
}

/** What an ML-DSA-44 cosigner signs of a whole log (c2sp.org/tlog-cosignature). */
function subtreeMessage(cosigner: string, checkpoint: Checkpoint, timeS: bigint): Uint8Array {
  const named = [cosigner, checkpoint.origin].map((name) => {
    const octets = utf8ToBytes(name);
    if (octets.length === 0 || octets.length > 255) throw new Refusal('wire.cosignature.message');
    return concatBytes(Uint8Array.of(octets.length), octets);
  });
  const [signer = new Uint8Array(), log = new Uint8Array()] = named;
  const label = utf8ToBytes('subtree/v1\n\0');
  return concatBytes(label, signer, eight(timeS), log, eight(0n), eight(checkpoint.size), checkpoint.root);
}

function eight(value: bigint): Uint8Array {
  const octets = new Uint8Array(8);
  new DataView(octets.buffer).setBigUint64(0, value);
  return octets;
}

/** The name of the key with which the party of a log co-signs. */
export function cosignerName(origin: string): string {
  return `${origin}/cosigner`;
}
