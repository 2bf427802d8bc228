/** CBOR as narrow as a signed record needs it: one value, one encoding. The twin of wire/cbor.py (docs/spec/record.md, 2). */

import { readText } from './octets';
import { Refusal } from './refusal';

export const MAX_BYTES = 65_536;
export const MAX_DEPTH = 8;
export const MAX_ITEMS = 1_024;

/** A number where it is exact, else a bigint. */
export type Whole = number | bigint;
export type Value = Whole | boolean | string | Uint8Array | readonly Value[] | ReadonlyMap<Whole, Value>;

const LEAST: readonly bigint[] = [24n, 1n << 8n, 1n << 16n, 1n << 32n];

/** Give the value of exactly one admitted item. Throws Refusal `wire.cbor.*`. */
export function decode(data: Uint8Array): Value {
  if (data.length > MAX_BYTES) throw refused('too-long');
  const reader = new Reader(data);
  const value = reader.item(0);
  if (!reader.isAtEnd) throw refused('trailing-bytes');
  if (!reader.isText) throw refused('not-utf8');
  return value;
}

class Reader {
  /** Whether all texts so far are UTF-8; of two defects the form comes first, as on the command line. */
  isText = true;
  #position = 0;
  #items = 0;
  readonly #data: Uint8Array;

  constructor(data: Uint8Array) {
    this.#data = data;
  }

  get isAtEnd(): boolean {
    return this.#position === this.#data.length;
  }

  item(depth: number): Value {
    const [major, argument] = this.#head();
    if (major === 0) return whole(argument);
    if (major === 1) return whole(-1n - argument);
    if (major === 2) return this.#take(argument);
    if (major === 3) return this.#text(argument);
    if (major === 4) return this.#array(argument, this.#deeper(depth));
    if (major === 5) return this.#map(argument, this.#deeper(depth));
    if (major === 7 && (argument === 20n || argument === 21n)) return argument === 21n;
    throw refused('not-admitted');
  }

  #head(): [number, bigint] {
    if (++this.#items > MAX_ITEMS) throw refused('too-many-items');
    const initial = this.#take(1n)[0] ?? 0;
    const major = initial >> 5;
    const code = initial & 31;
    if (code < 24) return [major, BigInt(code)];
    if (major === 7 || code > 27) throw refused('not-admitted');
    const octets = this.#take(BigInt(1 << (code - 24)));
    const argument = octets.reduce((sum, octet) => (sum << 8n) | BigInt(octet), 0n);
    if (argument < (LEAST[code - 24] ?? 0n)) throw refused('not-shortest');
    return [major, argument];
  }

  #take(count: bigint): Uint8Array {
    const end = BigInt(this.#position) + count;
    if (end > BigInt(this.#data.length)) throw refused('truncated');
    const octets = this.#data.subarray(this.#position, Number(end));
    this.#position = Number(end);
    return octets;
  }

  #text(count: bigint): string {
    const text = readText(this.#take(count));
    if (text === null) this.isText = false;
    return text ?? '';
  }

  #deeper(depth: number): number {
    if (depth >= MAX_DEPTH) throw refused('too-deep');
    return depth + 1;
  }

  #array(count: bigint, depth: number): Value[] {
    const items: Value[] = [];
    for (let left = count; left > 0n; left--) items.push(this.item(depth));
    return items;
  }

  #map(count: bigint, depth: number): Map<Whole, Value> {
    const fields = new Map<Whole, Value>();
    let last = -1n;
    for (let left = count; left > 0n; left--) {
      const [major, key] = this.#head();
      if (major !== 0 || key <= last) throw refused('map-key');
      last = key;
      fields.set(whole(key), this.item(depth));
    }
    return fields;
  }
}

function whole(value: bigint): Whole {
  return value <= Number.MAX_SAFE_INTEGER && value >= Number.MIN_SAFE_INTEGER ? Number(value) : value;
}

function refused(defect: string): Refusal {
  return new Refusal(`wire.cbor.${defect}`);
}

export function isMap(value: Value | undefined): value is ReadonlyMap<Whole, Value> {
  return value instanceof Map;
}

export function isList(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value);
}

export function isBytes(value: Value | undefined, length?: number): value is Uint8Array {
  return value instanceof Uint8Array && (length === undefined || value.length === length);
}

/** Whether it is an unsigned number below 2^63. */
export function isNatural(value: Value | undefined): value is Whole {
  return (typeof value === 'number' || typeof value === 'bigint') && value >= 0 && value < 1n << 63n;
}
