/** The data of a communique: a sequence of CBOR items, each with its length (docs/spec/communique.md, section 2). */

import { decode, isBytes, isList, isMap, isNatural, type Value, type Whole } from '../proof/cbor';
import { lengthOf } from '../entries/fields';
import { LEAF_BYTES, SALT_BYTES } from '../proof/leaf';
import { keyText, parseKey, type VerifierKey } from '../proof/note';
import { Refusal } from '../proof/refusal';
import { HASH_BYTES, MAX_PATH } from '../proof/tree';

export const MAX_ENTRIES = 20_000;
const MAX_EARLIER = 256;
const MAX_ITEM_BYTES = 65_536;
const MAX_LOGS = 256;
const MAX_AMENDMENTS = 1_024;
const MAX_ATTACHMENT_NUMBER = 63;
const MAX_ORIGIN_CHARACTERS = 120;
const MAX_CHOSEN_CHARACTERS = 1_000;
const MAX_LANGUAGE_CHARACTERS = 16;
const MAX_KEY_CHARACTERS = 4_096;
const PART_BYTES = 49_152;
const [HEADER, AMENDMENT, LOG, EARLIER, ENTRY, ATTACHMENT, CONTINUED] = [0, 1, 2, 3, 4, 5, 6];

export interface Header {
  readonly issuer: string;
  readonly madeMs: Whole;
  readonly embargoMs: Whole | null;
  readonly chosen: string | null;
  readonly digest: Uint8Array;
  readonly languages: readonly string[];
  readonly logs: Whole;
  readonly entries: Whole;
}

export interface LogItem {
  readonly number: number;
  readonly logKey: VerifierKey;
  readonly checkpoint: Uint8Array;
  readonly holders: readonly VerifierKey[];
  readonly witnesses: readonly VerifierKey[];
  readonly mlDsa: readonly VerifierKey[];
  readonly witnessMlDsa: readonly VerifierKey[];
}

/** An earlier checkpoint of a log, and the way from it to the checkpoint of the log. */
export interface EarlierItem {
  readonly log: number;
  readonly checkpoint: Uint8Array;
  readonly path: readonly Uint8Array[];
}

export interface AttachmentItem {
  readonly number: number;
  readonly salt: Uint8Array;
  readonly parts: Uint8Array[];
}

/** Bytes that are disclosed, and the salt that proves them. */
export interface Salted {
  readonly salt: Uint8Array;
  readonly octets: Uint8Array;
}

export interface EntryItem {
  readonly log: number;
  readonly index: bigint;
  readonly leaf: Uint8Array;
  readonly path: readonly Uint8Array[];
  readonly head: Salted | null;
  readonly body: Salted | null;
  /** 0: it was chosen; 1: the agreement and keys; 2: consent. */
  readonly why: number;
  readonly attachments: AttachmentItem[];
}

export interface Items {
  readonly header: Header;
  readonly amendments: readonly Uint8Array[];
  readonly logs: readonly LogItem[];
  readonly earlier: readonly EarlierItem[];
  readonly entries: readonly EntryItem[];
}

type Fields = ReadonlyMap<Whole, Value>;

/** Read the whole data. Throws Refusal `wire.communique.*`, `wire.cbor.*`, `wire.note.*`. */
export function readItems(data: Uint8Array): Items {
  const reading = new Reading();
  for (const item of cut(data)) reading.take(...readItem(item));
  return reading.end();
}

/** Takes the items in their order; each kind has its place. */
class Reading {
  #header: Header | null = null;
  readonly #amendments: Uint8Array[] = [];
  readonly #logs: LogItem[] = [];
  readonly #earlier: EarlierItem[] = [];
  readonly #entries: EntryItem[] = [];
  #last = HEADER;

  take(type: number, fields: Fields): void {
    const isInOrder = this.#header === null ? type === HEADER : type !== HEADER && (type >= this.#last || type >= ENTRY);
    insistOnOrder(isInOrder);
    this.#last = type;
    if (type === HEADER) this.#header = readHeader(fields);
    else if (type === AMENDMENT) this.#takeAmendment(readAmendment(fields));
    else if (type === LOG) this.#takeLog(readLog(fields));
    else if (type === EARLIER) this.#takeEarlier(readEarlier(fields));
    else if (type === ENTRY) this.#takeEntry(readEntry(fields));
    else if (type === ATTACHMENT) this.#takeAttachment(readAttachment(fields));
    else this.#continue(fields);
  }

  end(): Items {
    const header = this.#header;
    if (header === null) throw refused('order');
    if (header.logs !== this.#logs.length || header.entries !== this.#entries.length) throw refused('count');
    if (new Set(this.#entries.map((entry) => entry.log)).size !== this.#logs.length) throw refused('empty-log');
    return { header, amendments: this.#amendments, logs: this.#logs, earlier: this.#earlier, entries: this.#entries };
  }

  #takeAmendment(body: Uint8Array): void {
    insistOnOrder(this.#amendments.length < MAX_AMENDMENTS);
    this.#amendments.push(body);
  }

  #takeLog(log: LogItem): void {
    insistOnOrder(this.#logs.length < (this.#header?.logs ?? 0) && log.number > (this.#logs.at(-1)?.number ?? -1));
    this.#logs.push(log);
  }

  #takeEarlier(earlier: EarlierItem): void {
    const isBehind = earlier.log >= (this.#earlier.at(-1)?.log ?? 0);
    insistOnOrder(this.#isLog(earlier.log) && isBehind && this.#earlier.length < MAX_EARLIER);
    this.#earlier.push(earlier);
  }

  #takeEntry(entry: EntryItem): void {
    const before = this.#entries.at(-1);
    const isBehind = !before || before.log < entry.log || (before.log === entry.log && before.index < entry.index);
    insistOnOrder(this.#isLog(entry.log) && isBehind && this.#entries.length < (this.#header?.entries ?? 0));
    this.#entries.push(entry);
  }

  #takeAttachment(attachment: AttachmentItem): void {
    const attachments = this.#entries.at(-1)?.attachments;
    insistOnOrder(attachments !== undefined && attachment.number > (attachments.at(-1)?.number ?? -1));
    attachments?.push(attachment);
  }

  #continue(fields: Fields): void {
    insistOnKeys(fields, [0]);
    const more = part(fields.get(0));
    const attachment = this.#entries.at(-1)?.attachments.at(-1);
    if (!attachment) throw refused('continued');
    if (attachment.parts.at(-1)?.length !== PART_BYTES) throw refused('part');
    attachment.parts.push(more);
  }

  #isLog(number: number): boolean {
    return this.#logs.some((log) => log.number === number);
  }
}

function insistOnOrder(holds: boolean): void {
  if (!holds) throw refused('order');
}

function* cut(data: Uint8Array): Generator<Uint8Array> {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  for (let at = 0; at < data.length; ) {
    if (at + 4 > data.length) throw refused('item-cut');
    const length = view.getUint32(at);
    const end = at + 4 + length;
    if (length === 0 || length > MAX_ITEM_BYTES) throw refused('item-length');
    if (end > data.length) throw refused('item-cut');
    yield data.subarray(at + 4, end);
    at = end;
  }
}

function readItem(octets: Uint8Array): [number, Fields] {
  const item = decode(octets);
  const [type, fields, ...more] = isList(item) ? item : [];
  if (typeof type !== 'number' || type < HEADER || type > CONTINUED || !isMap(fields) || more.length > 0) {
    throw refused('item');
  }
  return [type, fields];
}

function readHeader(fields: Fields): Header {
  insistOnKeys(fields, [0, 1, 2, 5, 6, 7, 8], [3, 4]);
  if (natural(fields.get(0)) !== 1) throw refused('version');
  return {
    issuer: text(fields.get(1), MAX_ORIGIN_CHARACTERS),
    madeMs: natural(fields.get(2)),
    embargoMs: fields.has(3) ? natural(fields.get(3)) : null,
    chosen: fields.has(4) ? text(fields.get(4), MAX_CHOSEN_CHARACTERS) : null,
    digest: bytes(fields.get(5), HASH_BYTES),
    languages: texts(fields.get(6), MAX_LANGUAGE_CHARACTERS),
    logs: natural(fields.get(7), MAX_LOGS),
    entries: natural(fields.get(8), MAX_ENTRIES),
  };
}

function readAmendment(fields: Fields): Uint8Array {
  insistOnKeys(fields, [0]);
  return bytes(fields.get(0));
}

function readLog(fields: Fields): LogItem {
  insistOnKeys(fields, [0, 1, 2, 3, 4, 5, 6]);
  const keys = (key: number): VerifierKey[] => texts(fields.get(key), MAX_KEY_CHARACTERS).map(exactKey);
  return {
    number: logNumber(fields.get(0)),
    logKey: exactKey(text(fields.get(1), MAX_KEY_CHARACTERS)),
    checkpoint: bytes(fields.get(2)),
    holders: keys(3),
    witnesses: keys(4),
    mlDsa: keys(5),
    witnessMlDsa: keys(6),
  };
}

/** Read a verifier key in its one spelling. */
function exactKey(written: string): VerifierKey {
  const key = parseKey(written);
  if (keyText(key) !== written) throw refused('key');
  return key;
}

function readEarlier(fields: Fields): EarlierItem {
  insistOnKeys(fields, [0, 1, 2]);
  return { log: logNumber(fields.get(0)), checkpoint: bytes(fields.get(1)), path: hashes(fields.get(2)) };
}

function readEntry(fields: Fields): EntryItem {
  insistOnKeys(fields, [0, 1, 2, 3], [4, 5, 6, 7, 8]);
  const [head, body] = [salted(fields, 4), salted(fields, 6)];
  if (body && !head) throw refused('body-alone');
  const why = fields.has(8) ? natural(fields.get(8)) : null;
  if (why === 0) throw refused('why');
  if (why !== null && why > 2) throw refused('number');
  return {
    log: logNumber(fields.get(0)),
    index: BigInt(natural(fields.get(1))),
    leaf: bytes(fields.get(2), LEAF_BYTES),
    path: hashes(fields.get(3)),
    head,
    body,
    why: Number(why ?? 0),
    attachments: [],
  };
}

function salted(fields: Fields, key: number): Salted | null {
  if (fields.has(key) !== fields.has(key + 1)) throw refused(fields.has(key) ? 'missing' : 'item-key');
  return fields.has(key) ? { salt: bytes(fields.get(key), SALT_BYTES), octets: bytes(fields.get(key + 1)) } : null;
}

function readAttachment(fields: Fields): AttachmentItem {
  insistOnKeys(fields, [0, 1, 2]);
  const number = Number(natural(fields.get(0), MAX_ATTACHMENT_NUMBER));
  return { number, salt: bytes(fields.get(1), SALT_BYTES), parts: [part(fields.get(2))] };
}

function part(value: Value | undefined): Uint8Array {
  const octets = bytes(value);
  if (octets.length === 0 || octets.length > PART_BYTES) throw refused('part');
  return octets;
}

function insistOnKeys(fields: Fields, needed: readonly number[], optional: readonly number[] = []): void {
  if (!needed.every((key) => fields.has(key))) throw refused('missing');
  const isAllowed = (key: Whole): boolean => needed.includes(Number(key)) || optional.includes(Number(key));
  if (![...fields.keys()].every(isAllowed)) throw refused('item-key');
}

function natural(value: Value | undefined, most: Whole = (1n << 63n) - 1n): Whole {
  if (!isNatural(value) || value > most) throw refused('number');
  return value;
}

function logNumber(value: Value | undefined): number {
  return Number(natural(value, Number.MAX_SAFE_INTEGER));
}

function text(value: Value | undefined, most: number): string {
  if (typeof value !== 'string' || value === '' || lengthOf(value) > most) throw refused('text');
  return value;
}

function texts(value: Value | undefined, most: number): string[] {
  const isText = (each: Value): each is string => typeof each === 'string' && lengthOf(each) <= most;
  if (!isList(value) || !value.every(isText)) throw refused('texts');
  return [...value];
}

function bytes(value: Value | undefined, length?: number): Uint8Array {
  if (!isBytes(value, length)) throw refused('octets');
  return value;
}

function hashes(value: Value | undefined): Uint8Array[] {
  const joined = bytes(value);
  const count = joined.length / HASH_BYTES;
  if (!Number.isInteger(count) || count > MAX_PATH) throw refused('path');
  return Array.from({ length: count }, (_, at) => joined.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES));
}

function refused(defect: string): Refusal {
  return new Refusal(`wire.communique.${defect}`);
}
