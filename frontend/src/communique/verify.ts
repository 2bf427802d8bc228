/**
 * Verification of a communique to its last byte (docs/spec/communique.md, section 5). The twin of record/communique.py.
 *
 * Nothing is given before all holds. What is given are the proved entries; the text that the file shows is no part of it.
 */

import type { Agreement } from '../entries/agreement';
import { CONSENTED, PROPOSED, REFUSED } from '../entries/consents';
import { decodeHead, type Head } from '../entries/head';
import { arePromises, readMessage, type Promised } from '../entries/message';
import { NOTE, readPromise } from '../entries/presence';
import { incarnationOf, partyOfLog } from '../entries/numbers';
import { decode, isBytes, isMap } from '../proof/cbor';
import { bodyMatches, checkLeaf, commitment, headMatches } from '../proof/leaf';
import { ML_DSA_44 } from '../proof/note';
import { concatBytes, isSame, toHex } from '../proof/octets';
import { Refusal, within } from '../proof/refusal';
import { leafHash, verifyInclusion } from '../proof/tree';
import { AgreedKeys, verifyVersions } from './agreed';
import { checkHuman, cutFile, decodeData, signedText, verifyIssuer } from './envelope';
import type { Far } from './far';
import { readItems, type AttachmentItem, type EntryItem, type Header, type Items } from './items';
import { rootsOf, verifyLog, type ProvedLog } from './log';
import { selectionDigest, type Disclosed } from './selection';

const FOR_CONSENT = 2;
/** Which kinds may stand beside the selection, by why: the agreement, a key statement, an opening; then consent. */
const BESIDE: Readonly<Record<number, readonly number[]>> = { 1: [0, 4, 6], [FOR_CONSENT]: [PROPOSED, CONSENTED, REFUSED] };
const MESSAGE = 16;
const MAX_ATTACHMENT_BYTES = 1 << 22;
const SLICE_ENTRIES = 16;

/** An attachment that an entry promises; its content, where that is shown and is what was committed. */
export interface ProvedAttachment {
  readonly number: number;
  readonly promised: Promised;
  readonly content: Uint8Array | null;
}

export interface ProvedEntry {
  readonly log: ProvedLog;
  readonly index: bigint;
  readonly leafHash: Uint8Array;
  readonly disclosed: Disclosed;
  /** 0: it was chosen; 1: the agreement and keys; 2: consent. */
  readonly why: number;
  /** Null: not shown, or it cannot be read. */
  readonly head: Head | null;
  readonly body: Uint8Array | null;
  readonly attachments: readonly ProvedAttachment[];
}

export interface Proved {
  readonly header: Header;
  /** The agreement as paired, then its amendments. */
  readonly versions: readonly [Agreement, ...Agreement[]];
  readonly issuer: ProvedLog;
  readonly logs: readonly ProvedLog[];
  /** By log and index. */
  readonly entries: readonly ProvedEntry[];
  readonly agreed: AgreedKeys;
  /** Whether the file bears an ML-DSA-44 signature of its issuer that holds. */
  readonly isPostQuantum: boolean;
}

/** Verify a file in slices. Throws Refusal: what is wrong, and where. */
export function* verifyCommunique(file: Uint8Array): Generator<Far, Proved> {
  const envelope = cutFile(file);
  yield* checkHuman(envelope.human);
  const items = readItems(yield* decodeData(envelope.base64));
  const logs = items.logs.map((log) =>
    within({ log: log.logKey.name }, () => verifyLog(log, items.earlier.filter((each) => each.log === log.number))),
  );
  insistOnOwnNames(logs);
  const entries = yield* verifyEntries(items, logs);
  const proved = conclude(items, logs, entries);
  if (envelope.origin !== proved.header.issuer) throw new Refusal('wire.communique.issuer');
  const text = yield* signedText(envelope);
  const mlDsa = proved.issuer.partyKeys.find((key) => key.algorithm === ML_DSA_44 && key.name === proved.issuer.origin);
  return { ...proved, isPostQuantum: verifyIssuer(envelope, text, proved.issuer.key, mlDsa) };
}

function insistOnOwnNames(logs: readonly ProvedLog[]): void {
  if (new Set(logs.map((log) => log.origin)).size !== logs.length) throw new Refusal('wire.communique.order');
}

function* verifyEntries(items: Items, logs: readonly ProvedLog[]): Generator<Far, ProvedEntry[]> {
  const byNumber = new Map(logs.map((log) => [log.number, log]));
  const proved: ProvedEntry[] = [];
  for (const item of items.entries) {
    const log = byNumber.get(item.log);
    if (!log) throw new Refusal('wire.communique.order');
    proved.push(within({ log: log.origin, index: item.index }, () => verifyEntry(item, log)));
    if (proved.length % SLICE_ENTRIES === 0) yield { step: 'entries', done: proved.length, total: items.entries.length };
  }
  return proved;
}

function verifyEntry(item: EntryItem, log: ProvedLog): ProvedEntry {
  const { index, leaf, head, body } = item;
  const { size, root } = log.newest.checkpoint;
  checkLeaf(leaf);
  const hash = leafHash(leaf);
  verifyInclusion(hash, index, size, root, item.path);
  if (head && !headMatches(leaf, log.origin, head.salt, head.octets)) throw new Refusal('record.disclosure.head');
  if (body && !bodyMatches(leaf, log.origin, body.salt, body.octets)) throw new Refusal('record.disclosure.body');
  const decoded = head && readHead(head.octets);
  const promised = decoded && body ? promisedIn(decoded, body.octets) : [];
  return {
    log,
    index,
    leafHash: hash,
    disclosed: body ? 'all' : head ? 'head' : 'existence',
    why: item.why,
    head: decoded,
    body: body?.octets ?? null,
    attachments: verifyAttachments(item.attachments, promised, log.origin),
  };
}

/** A head that cannot be read is lawful: the record is of what was signed. */
function readHead(octets: Uint8Array): Head | null {
  try {
    return decodeHead(octets);
  } catch (problem) {
    if (problem instanceof Refusal) return null;
    throw problem;
  }
}

function promisedIn(head: Head, body: Uint8Array): readonly Promised[] {
  const note = head.kind === NOTE ? readPromise(body) : null;
  if (note) return [note];
  const content = head.kind === MESSAGE ? readMessage(body).content : null;
  return content && arePromises(content.attachments) ? content.attachments : [];
}

function verifyAttachments(
  shown: readonly AttachmentItem[],
  promised: readonly Promised[],
  origin: string,
): ProvedAttachment[] {
  const contents = new Map(shown.map((each) => [each.number, verifyAttachment(each, promised[each.number], origin)]));
  return promised.map((each, number) => ({ number, promised: each, content: contents.get(number) ?? null }));
}

function verifyAttachment(shown: AttachmentItem, promised: Promised | undefined, origin: string): Uint8Array {
  if (!promised) throw new Refusal('record.communique.not_promised');
  if (promised.size > MAX_ATTACHMENT_BYTES) throw new Refusal('wire.communique.attachment-size');
  const content = concatBytes(...shown.parts);
  const isCommitted =
    content.length === promised.size && isSame(commitment('attachment', origin, shown.salt, content), promised.commitment);
  if (!isCommitted) throw new Refusal('record.communique.attachment', { name: promised.name });
  return content;
}

/** Judge what can only be judged when all has come. */
function conclude(items: Items, logs: readonly ProvedLog[], entries: readonly ProvedEntry[]): Omit<Proved, 'isPostQuantum'> {
  const { header, amendments } = items;
  const issuer = logs.find((log) => log.origin === header.issuer);
  if (!issuer) throw new Refusal('wire.communique.issuer');
  const opening = entries.find((each) => each.log === issuer && each.index === 0n)?.body;
  if (!opening) throw new Refusal('wire.communique.no-agreement');
  const [first, ...later] = within({ log: issuer.origin, index: 0n }, () => verifyVersions(opening, amendments));
  if (!first) throw new Refusal('wire.communique.no-agreement');
  insistOnLine(first, logs);
  insistOnOneTruth(entries, logs);
  insistOnBelonging(entries);
  const chosen = entries.filter((each) => each.why === 0).map((each) => ({
    ...each,
    log: each.log.number,
    attachments: each.attachments.filter(({ content }) => content).map(({ number }) => number),
  }));
  if (!isSame(selectionDigest(first.lineId, header.embargoMs, chosen), header.digest)) {
    throw new Refusal('record.communique.selection');
  }
  insistOnThis(entries, header.digest);
  const versions = [first, ...later] as const;
  const agreed = new AgreedKeys(versions, entries);
  insistOnNamed(first, logs, agreed);
  return { header, versions, issuer, logs, entries, agreed };
}

/**
 * Refuse a party's key that the agreement does not name, and a witness that bears a name of the line: otherwise one side
 * alone could make the other's log, consent and receipts, under keys of its own.
 */
function insistOnNamed(agreement: Agreement, logs: readonly ProvedLog[], agreed: AgreedKeys): void {
  const line = `${agreement.name}/${agreement.lineId}/`;
  for (const { partyKeys, witnessKeys } of logs) {
    const unnamed = partyKeys.find((key) => !agreed.names(key));
    if (unnamed) throw new Refusal('record.communique.unnamed_key', { log: unnamed.name });
    const feigned = witnessKeys.find((key) => key.name.startsWith(line));
    if (feigned) throw new Refusal('record.communique.witness_name', { log: feigned.name });
  }
}

/** Refuse a log that is not of this line: its number is the place of its party, and counts on by incarnation. */
function insistOnLine(agreement: Agreement, logs: readonly ProvedLog[]): void {
  const parties = agreement.parties.map((party) => party.id);
  for (const { number, origin } of logs) {
    const party = partyOfLog(number, parties);
    const expected = `${agreement.name}/${agreement.lineId}/${party}/${incarnationOf(number, parties)}`;
    if (party === '' || origin !== expected) throw new Refusal('record.communique.other_line', { log: origin });
  }
}

/** Refuse an entry that was not chosen, and whose kind is none that stands beside a selection. */
function insistOnBelonging(entries: readonly ProvedEntry[]): void {
  const other = entries.find(({ why, head }) => why !== 0 && !(head && BESIDE[why]?.includes(Number(head.kind))));
  if (other) throw new Refusal('record.communique.why', { log: other.log.origin, index: other.index });
}

/** Refuse a proposal or answer on another selection: nobody consented to show it. */
function insistOnThis(entries: readonly ProvedEntry[], digest: Uint8Array): void {
  const other = entries.find(({ why, body }) => why === FOR_CONSENT && !(body && namesSelection(body, digest)));
  if (other) throw new Refusal('record.communique.why', { log: other.log.origin, index: other.index });
}

/** Whether a body on consent names this selection; all three kinds have its digest in one place. */
function namesSelection(body: Uint8Array, digest: Uint8Array): boolean {
  try {
    const fields = decode(body);
    const named = isMap(fields) ? fields.get(0) : undefined;
    return named !== undefined && isBytes(named) && isSame(named, digest);
  } catch (problem) {
    if (problem instanceof Refusal) return false;
    throw problem;
  }
}

/** Refuse entries that name another leaf, or another root, than stands here for the same place. */
function insistOnOneTruth(entries: readonly ProvedEntry[], logs: readonly ProvedLog[]): void {
  const leaves = new Map(entries.map((each) => [`${each.log.number}/${each.index}`, each.leafHash]));
  const roots = new Map(logs.flatMap((log) => [...rootsOf(log)].map(([size, root]) => [`${log.number}/${size}`, root])));
  for (const { log, index, head } of entries) {
    const isOther = ({ hash }: { hash: Uint8Array }, found: Uint8Array | undefined): boolean =>
      found !== undefined && toHex(found) !== toHex(hash);
    const isBroken =
      head?.references.some((each) => isOther(each, leaves.get(`${each.log}/${each.number}`))) ||
      head?.seen.some((each) => isOther(each, roots.get(`${each.log}/${each.number}`)));
    if (isBroken) throw new Refusal('record.communique.two_truths', { log: log.origin, index });
  }
}
