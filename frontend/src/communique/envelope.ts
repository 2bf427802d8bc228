/**
 * The file of a communique as bytes: text for people, a block of data, and one line that signs all before it.
 *
 * docs/spec/communique.md, section 1. The text for people proves nothing and is never shown.
 */

import { sha256 } from '@noble/hashes/sha2.js';
import { verifyEd25519, verifyMlDsa } from '../proof/keys';
import { isFrom, type NoteSignature, type VerifierKey } from '../proof/note';
import { parseBase64, readBase64, readText, toBase64, utf8ToBytes } from '../proof/octets';
import { Refusal } from '../proof/refusal';
import type { Far } from './far';

export const MAX_FILE_BYTES = 128 << 20;
export const MAX_DATA_BYTES = 64 << 20;
const SLICE_BYTES = 1 << 20;
const LINE = 76;
const [KEY_ID_BYTES, ED25519_BYTES, ML_DSA_BYTES] = [4, 64, 2_420];
const LF = 0x0a;
const OPENING = utf8ToBytes('<script type="application/vnd.coupefeu.communique+cbor">\n');
const CLOSING = utf8ToBytes('</script>\n</body>\n</html>\n');
const SIGNATURE_LINE = /^<!-- coupefeu\/communique\/v1 ([!-~]+) ([!-~]+)(?: ([!-~]+))? -->$/;
const MAX_SIGNATURE_LINE_BYTES = 8_192;
const MAX_ORIGIN_CHARACTERS = 120;

export interface Envelope {
  /** Everything that the last line signs. */
  readonly signed: Uint8Array;
  readonly human: Uint8Array;
  readonly base64: Uint8Array;
  readonly origin: string;
  readonly signatures: readonly NoteSignature[];
}

/** Cut a file into its parts. Throws Refusal `wire.communique.*`. */
export function cutFile(file: Uint8Array): Envelope {
  if (file.length > MAX_FILE_BYTES) throw refused('size');
  if (file.at(-1) !== LF) throw refused('signature-line');
  const start = file.lastIndexOf(LF, -2) + 1;
  const line = file.subarray(start, -1);
  const match = line.length > MAX_SIGNATURE_LINE_BYTES ? null : SIGNATURE_LINE.exec(readText(line) ?? '');
  if (match === null) throw refused('signature-line');
  const [, origin = '', first = '', second] = match;
  const signed = file.subarray(0, start);
  if (origin.length > MAX_ORIGIN_CHARACTERS) throw refused('signature-line');
  const signatures = [readSignature(origin, first, ED25519_BYTES)];
  if (second !== undefined) signatures.push(readSignature(origin, second, ML_DSA_BYTES));
  return { signed, ...cutData(signed), origin, signatures };
}

function readSignature(name: string, text: string, length: number): NoteSignature {
  const octets = parseBase64(text, KEY_ID_BYTES + length);
  return { name, keyId: octets.subarray(0, KEY_ID_BYTES), blob: octets.subarray(KEY_ID_BYTES) };
}

/** Find the one block of data: the first script of the file, on a line of its own, with nothing behind it. */
function cutData(signed: Uint8Array): Pick<Envelope, 'human' | 'base64'> {
  const start = findScript(signed);
  if (start === signed.length) throw refused('no-data');
  if (!startsWith(signed, OPENING, start) || (start > 0 && signed[start - 1] !== LF)) throw refused('script');
  const end = signed.length - CLOSING.length;
  const from = start + OPENING.length;
  if (end < from || !startsWith(signed, CLOSING, end)) throw refused('after-data');
  return { human: signed.subarray(0, start), base64: signed.subarray(from, end) };
}

/** Insist that the text for people is text. Throws Refusal `wire.communique.not-utf8`. */
export function* checkHuman(human: Uint8Array): Generator<Far, void> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  if (human.includes(0)) throw refused('not-utf8');
  try {
    for (let at = 0; at < human.length; at += SLICE_BYTES) {
      decoder.decode(human.subarray(at, at + SLICE_BYTES), { stream: true });
      yield { step: 'read', done: at, total: human.length };
    }
    decoder.decode();
  } catch {
    throw refused('not-utf8');
  }
}

/** Give where the first `<script` in any case stands, or the length if there is none. */
function findScript(octets: Uint8Array): number {
  const word = utf8ToBytes('script');
  for (let at = octets.indexOf(0x3c); at >= 0; at = octets.indexOf(0x3c, at + 1)) {
    if (word.every((letter, index) => ((octets[at + 1 + index] ?? 0) | 0x20) === letter)) return at;
  }
  return octets.length;
}

function startsWith(octets: Uint8Array, start: Uint8Array, at: number): boolean {
  return start.every((octet, index) => octets[at + index] === octet);
}

/** Decode lines of 76 characters. Throws Refusal `wire.communique.base64`, `.data-size`. */
export function* decodeData(text: Uint8Array): Generator<Far, Uint8Array> {
  if (text.at(-1) !== LF) throw refused('base64');
  const lines = Math.ceil(text.length / (LINE + 1));
  const digits = text.length - lines;
  if ((digits / 4) * 3 > MAX_DATA_BYTES + 3) throw refused('data-size');
  const joined = new Uint8Array(digits);
  for (let line = 0; line < lines; line++) {
    const [start, end] = [line * (LINE + 1), Math.min((line + 1) * (LINE + 1), text.length) - 1];
    if (text[end] !== LF || end === start) throw refused('base64');
    joined.set(text.subarray(start, end), line * LINE);
  }
  const parts: Uint8Array[] = [];
  for (let at = 0; at < digits; at += SLICE_BYTES) {
    const part = readBase64(joined.subarray(at, at + SLICE_BYTES));
    if (part === null || (at + SLICE_BYTES < digits && part.length !== (SLICE_BYTES / 4) * 3)) throw refused('base64');
    parts.push(part);
    yield { step: 'read', done: at, total: digits };
  }
  return join(parts);
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  if (whole.length > MAX_DATA_BYTES) throw refused('data-size');
  return whole;
}

/** Give the text that the last line signs. */
export function* signedText({ signed, origin }: Envelope): Generator<Far, Uint8Array> {
  const hash = sha256.create();
  for (let at = 0; at < signed.length; at += SLICE_BYTES) {
    hash.update(signed.subarray(at, at + SLICE_BYTES));
    yield { step: 'signature', done: at, total: signed.length };
  }
  return utf8ToBytes(`coupefeu/communique/v1\n${origin}\n${toBase64(hash.digest())}\n`);
}

/**
 * Insist that the issuer's log key signed the file, and give whether its ML-DSA-44 key did, too: if the file holds one, it must.
 *
 * Throws Refusal `record.communique.other_key`, `.cut_signature`, `keys.*`.
 */
export function verifyIssuer(
  { signatures }: Envelope,
  text: Uint8Array,
  logKey: VerifierKey,
  mlDsaKey: VerifierKey | undefined,
): boolean {
  const [first, second] = signatures;
  if (!first || !isFrom(logKey, first)) throw new Refusal('record.communique.other_key');
  verifyEd25519(logKey.key, text, first.blob);
  if (!second && mlDsaKey) throw new Refusal('record.communique.cut_signature');
  if (!second) return false;
  if (!mlDsaKey || !isFrom(mlDsaKey, second)) throw new Refusal('record.communique.other_key');
  verifyMlDsa(mlDsaKey.key, text, second.blob);
  return true;
}

function refused(defect: string): Refusal {
  return new Refusal(`wire.communique.${defect}`);
}
