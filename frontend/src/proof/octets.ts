/** Bytes and their one text: UTF-8, base64, decimals, hexadecimal digits. The twin of wire/base64.py. */

import { Refusal } from './refusal';

export { bytesToHex as toHex, concatBytes, hexToBytes as fromHex, utf8ToBytes } from '@noble/hashes/utils.js';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const PAD = 0x3d;
const NONE = 255;
const SEXTETS = new Uint8Array(256).fill(NONE);
for (let sextet = 0; sextet < 64; sextet++) SEXTETS[ALPHABET.charCodeAt(sextet)] = sextet;

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Give the text of these bytes, or null if they are not UTF-8. */
export function readText(octets: Uint8Array): string | null {
  try {
    return strict.decode(octets);
  } catch {
    return null;
  }
}

export function isSame(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((octet, index) => octet === right[index]);
}

/** Read base64 (RFC 4648, section 4) in the one spelling of its value; null for any other text. */
export function readBase64(text: Uint8Array): Uint8Array | null {
  if (text.length % 4) return null;
  const pads = text.at(-1) !== PAD ? 0 : text.at(-2) !== PAD ? 1 : 2;
  const digits = text.length - pads;
  const octets = new Uint8Array((digits * 6) >> 3);
  let held = 0;
  let bits = 0;
  let at = 0;
  for (let index = 0; index < digits; index++) {
    const sextet = SEXTETS[text[index] ?? 0] ?? NONE;
    if (sextet === NONE) return null;
    held = ((held << 6) | sextet) & 0xfff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      octets[at++] = (held >> bits) & 0xff;
    }
  }
  return held & ((1 << bits) - 1) ? null : octets;
}

export function toBase64(octets: Uint8Array): string {
  let text = '';
  for (let at = 0; at < octets.length; at += 3) {
    const [first = 0, second = 0, third = 0] = octets.subarray(at, at + 3);
    const held = (first << 16) | (second << 8) | third;
    const digits = [held >> 18, held >> 12, held >> 6, held].map((sextet) => ALPHABET[sextet & 63] ?? '');
    const count = Math.min(3, octets.length - at) + 1;
    text += digits.slice(0, count).join('').padEnd(4, '=');
  }
  return text;
}

/** Read base64 of exactly `length` bytes where given. Throws Refusal `wire.base64.malformed`. */
export function parseBase64(text: string, length?: number): Uint8Array {
  const octets = readBase64(Uint8Array.from(text, (each) => Math.min(each.codePointAt(0) ?? NONE, NONE)));
  if (octets === null || (length !== undefined && octets.length !== length)) throw new Refusal('wire.base64.malformed');
  return octets;
}

/** Read an unsigned number below 2^63 without leading zeros. Throws Refusal `wire.decimal.malformed`. */
export function parseDecimal(text: string): bigint {
  if (!/^(0|[1-9][0-9]{0,18})$/.test(text) || BigInt(text) >> 63n) throw new Refusal('wire.decimal.malformed');
  return BigInt(text);
}
