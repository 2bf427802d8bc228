/** Readers of the fields of a body; each throws Unreadable where the body is another thing. */

import { decode, isBytes, isList, isMap, isNatural, type Value, type Whole } from '../proof/cbor';
import { Refusal } from '../proof/refusal';

export type Fields = ReadonlyMap<Whole, Value>;

/** The body is no such thing; it is lawful, and shown as unreadable. */
export class Unreadable extends Error {}

/** Decode a map and read it; null when it is none, or holds what it may not. */
export function readBody<T>(body: Uint8Array, read: (fields: Fields) => T): T | null {
  try {
    const fields = decode(body);
    if (!isMap(fields)) return null;
    return read(fields);
  } catch (problem) {
    if (problem instanceof Unreadable || problem instanceof Refusal) return null;
    throw problem;
  }
}

export function asText(value: Value | undefined): string {
  if (typeof value !== 'string') throw new Unreadable();
  return value;
}

/** An unsigned number of any size that CBOR holds. */
export function asNatural(value: Value | undefined): Whole {
  if ((typeof value !== 'number' && typeof value !== 'bigint') || value < 0) throw new Unreadable();
  return value;
}

export function asList(value: Value | undefined): readonly Value[] {
  if (!isList(value)) throw new Unreadable();
  return value;
}

export function asTexts(value: Value | undefined): string[] {
  return asList(value).map(asText);
}

export function asBytes(value: Value | undefined, length?: number): Uint8Array {
  if (!isBytes(value, length)) throw new Unreadable();
  return value;
}

/** An unsigned number below 2^63: an index, a size, an instant. */
export function asIndex(value: Value | undefined): Whole {
  if (!isNatural(value)) throw new Unreadable();
  return value;
}

/** One of the numbers of a closed set. */
export function asOneOf(value: Value | undefined, numbers: readonly number[]): number {
  const number = Number(asNatural(value));
  if (!numbers.includes(number)) throw new Unreadable();
  return number;
}

/** Give what `read` makes of a field, or `absent` where it is not stated. */
export function stated<T>(fields: Fields, key: number, read: (value: Value | undefined) => T, absent: T): T {
  return fields.has(key) ? read(fields.get(key)) : absent;
}

/** Count characters as the record does: by code points. */
export function lengthOf(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}
