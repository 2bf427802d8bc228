/** A log as a communique shows it: one checkpoint with every line, and earlier ones that are its beginning. */

import { COSIGNATURE, ED25519, ML_DSA_44, type Checkpoint, type VerifierKey } from '../proof/note';
import { toHex } from '../proof/octets';
import { Refusal } from '../proof/refusal';
import { verifyCheckpointNote, type Signed } from '../proof/signatures';
import { verifyConsistency } from '../proof/tree';
import type { EarlierItem, LogItem } from './items';

/** A checkpoint, and who signed that they hold what it covers: holders, and witnesses that saw it. */
export interface Held {
  readonly checkpoint: Checkpoint;
  readonly holders: readonly Signed[];
  readonly witnesses: readonly Signed[];
}

export interface ProvedLog {
  readonly number: number;
  readonly key: VerifierKey;
  readonly origin: string;
  readonly newest: Held;
  /** By size. */
  readonly earlier: readonly Held[];
  /** ML-DSA-44 keys that signed the newest checkpoint. */
  readonly postQuantum: readonly VerifierKey[];
  /** Keys of parties: the agreement must name each. */
  readonly partyKeys: readonly VerifierKey[];
  readonly witnessKeys: readonly VerifierKey[];
  readonly keys: readonly VerifierKey[];
  readonly unknown: readonly string[];
}

/** Verify a log and its earlier checkpoints. Throws Refusal. */
export function verifyLog(item: LogItem, earlierItems: readonly EarlierItem[]): ProvedLog {
  const classical = [...item.holders, ...item.witnesses];
  const postQuantum = [...item.mlDsa, ...item.witnessMlDsa];
  insistOnKinds(item);
  const origin = item.logKey.name;
  const { checkpoint, signed, unknown } = verifyCheckpointNote(item.checkpoint, item.logKey, [...classical, ...postQuantum]);
  const signers = signed.map((each) => each.key).filter((key) => postQuantum.includes(key));
  if (new Set(signers).size !== signers.length) throw new Refusal('record.communique.signed_twice');
  const newest = heldBy(item, checkpoint, signed);
  const earlier: Held[] = [];
  for (const each of earlierItems) earlier.push(verifyEarlier(item, each, newest.checkpoint, earlier.at(-1)));
  const partyKeys = [item.logKey, ...item.holders, ...item.mlDsa];
  const witnessKeys = [...item.witnesses, ...item.witnessMlDsa];
  const keys = [item.logKey, ...classical, ...postQuantum];
  return { number: item.number, key: item.logKey, origin, newest, earlier, postQuantum: signers, partyKeys, witnessKeys, keys, unknown };
}

function verifyEarlier(item: LogItem, earlier: EarlierItem, newest: Checkpoint, last: Held | undefined): Held {
  const { checkpoint, signed } = verifyCheckpointNote(earlier.checkpoint, item.logKey, [...item.holders, ...item.witnesses]);
  const { size, root } = checkpoint;
  if (size <= (last?.checkpoint.size ?? 0n) || size >= newest.size) throw new Refusal('wire.communique.earlier-order');
  verifyConsistency(size, root, newest.size, newest.root, earlier.path);
  return heldBy(item, checkpoint, signed);
}

/** Whether its own ML-DSA-44 key and that of another party signed; neither alone, nor a witness's, is enough. */
export function isPostQuantum({ origin, postQuantum, partyKeys }: ProvedLog): boolean {
  const own = origin.slice(0, origin.lastIndexOf('/') + 1);
  const names = postQuantum.filter((key) => partyKeys.includes(key)).map((key) => key.name);
  return names.includes(origin) && names.some((name) => !name.startsWith(own));
}

/** Sort the lines of others than the log's own party: its word for what it holds itself is no receipt. */
function heldBy(item: LogItem, checkpoint: Checkpoint, signed: readonly Signed[]): Held {
  const own = item.logKey.name.slice(0, item.logKey.name.lastIndexOf('/') + 1) || '/';
  const others = signed.filter(({ key }) => key.algorithm === COSIGNATURE && !key.name.startsWith(own));
  return {
    checkpoint,
    holders: others.filter(({ key }) => !item.witnesses.includes(key)),
    witnesses: others.filter(({ key }) => item.witnesses.includes(key)),
  };
}

function insistOnKinds(item: LogItem): void {
  const lists: readonly (readonly [readonly VerifierKey[], number])[] = [
    [[item.logKey], ED25519], [item.holders, COSIGNATURE], [item.witnesses, COSIGNATURE],
    [item.mlDsa, ML_DSA_44], [item.witnessMlDsa, ML_DSA_44],
  ];
  if (lists.some(([keys, kind]) => keys.some((key) => key.algorithm !== kind))) throw new Refusal('wire.communique.key');
  const postQuantum = [...item.mlDsa, ...item.witnessMlDsa];
  const names = new Set(postQuantum.map((key) => key.name));
  const octets = new Set(postQuantum.map((key) => toHex(key.key)));
  const isTwice = names.size !== postQuantum.length || octets.size !== postQuantum.length;
  if (isTwice) throw new Refusal('wire.communique.key-twice');
}

/** Give the root at every size that is shown. */
export function rootsOf(log: ProvedLog): Map<bigint, Uint8Array> {
  return new Map([...log.earlier, log.newest].map(({ checkpoint }) => [checkpoint.size, checkpoint.root]));
}

/** Who signed first for an entry, of others than the author whose time bounds it; null: none of them did. */
export function firstHeld(log: ProvedLog, index: bigint, counts: (key: VerifierKey) => boolean): Signed | null {
  const signed = [...log.earlier, log.newest]
    .filter(({ checkpoint }) => checkpoint.size > index)
    .flatMap(({ holders, witnesses }) => [...holders, ...witnesses])
    .filter(({ key, timeS }) => timeS && counts(key));
  return signed.reduce<Signed | null>((first, each) => (first && (first.timeS ?? 0) <= (each.timeS ?? 0) ? first : each), null);
}
