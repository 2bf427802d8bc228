/** An entry's head: what kind of thing, from whom to whom, when by its author's word, after having seen what. */

import { decode, isBytes, isList, isMap, isNatural, type Value, type Whole } from '../proof/cbor';
import { Refusal } from '../proof/refusal';
import { HASH_BYTES } from '../proof/tree';

const MAX_HEAD_BYTES = 4_096;
const MAX_REFERENCES = 64;
const MAX_SEEN = 32;
const CORE_KEYS = 7;
const PRECEDENCES = 4;

/** Another entry, or the size of a log, by the number of its log in the agreement, with its leaf's hash or its root. */
export interface Named {
  readonly log: Whole;
  readonly number: Whole;
  readonly hash: Uint8Array;
}

export interface Head {
  readonly kind: Whole;
  readonly fromPost: string;
  readonly toPosts: readonly string[];
  readonly precedence: number;
  readonly writtenMs: Whole;
  readonly language: string;
  readonly agreementVersion: Whole;
  readonly references: readonly Named[];
  readonly seen: readonly Named[];
}

/** Throws Refusal `wire.head.*`, `wire.cbor.*`; such a head is lawful, and shown as unreadable. */
export function decodeHead(data: Uint8Array): Head {
  if (data.length > MAX_HEAD_BYTES) throw new Refusal('wire.head.too-long');
  const fields = decode(data);
  if (!isMap(fields)) throw notAHead();
  const references = readNamed(fields.get(7), MAX_REFERENCES);
  const seen = readNamed(fields.get(8), MAX_SEEN);
  const head = {
    kind: natural(fields.get(0)),
    fromPost: text(fields.get(1)),
    toPosts: list(fields.get(2)).map(text),
    precedence: Number(natural(fields.get(3))),
    writtenMs: natural(fields.get(4)),
    language: text(fields.get(5)),
    agreementVersion: natural(fields.get(6)),
    references,
    seen,
  };
  if (head.precedence >= PRECEDENCES) throw notAHead();
  if (fields.size !== CORE_KEYS + Number(references.length > 0) + Number(seen.length > 0)) {
    throw new Refusal('wire.head.fields');
  }
  return head;
}

function readNamed(value: Value | undefined, most: number): Named[] {
  if (value === undefined) return [];
  const items = list(value);
  if (items.length === 0 || items.length > most) throw notAHead();
  return items.map((item) => {
    const [log, number, hash, ...more] = list(item);
    if (!isBytes(hash, HASH_BYTES) || more.length > 0) throw notAHead();
    return { log: natural(log), number: natural(number), hash };
  });
}

function natural(value: Value | undefined): Whole {
  if (!isNatural(value)) throw notAHead();
  return value;
}

function text(value: Value | undefined): string {
  if (typeof value !== 'string') throw notAHead();
  return value;
}

function list(value: Value | undefined): readonly Value[] {
  if (!isList(value)) throw notAHead();
  return value;
}

function notAHead(): Refusal {
  return new Refusal('wire.head.not-a-head');
}
