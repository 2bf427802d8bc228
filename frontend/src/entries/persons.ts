/** PERSONAL KEY ENROLLED, PERSONAL KEY ENDED, STATEMENT: what their bodies say. The twin of services/persons/facts.py. */

import type { Value, Whole } from '../proof/cbor';
import { checkEd25519Key } from '../proof/keys';
import { isSame } from '../proof/octets';
import { Refusal } from '../proof/refusal';
import { asBytes, asIndex, asList, asOneOf, asText, lengthOf, readBody, stated, Unreadable, type Fields } from './fields';

export const [ENROLLED, ENDED, STATEMENT] = [104, 105, 106];
const MAX_LABEL_CHARACTERS = 80;
const MAX_WORDS_CHARACTERS = 280;
const MAX_TEXT_BYTES = 4_096;
const [MAX_ORIGIN, MAX_RP_ID, MAX_LANGUAGE] = [320, 253, 16];
const [LEAST_ID, MOST_ID] = [16, 1_023];
const AUTHENTICATOR_BYTES = 37;
const MAX_CLIENT_BYTES = 2_048;
const MAX_SIGNATURE_BYTES = 72;
export const END_REASONS = ['lost', 'stolen', 'replaced', 'left'] as const;

/** COSE, in the one encoding of CTAP2: what stands before, between and behind the numbers of a key. */
const ES256_HEAD = Uint8Array.of(0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 0x20);
const ES256_MIDDLE = Uint8Array.of(0x22, 0x58, 0x20);
const EDDSA_HEAD = Uint8Array.of(0xa4, 1, 1, 3, 0x27, 0x20, 6, 0x21, 0x58, 0x20);
const [ES256_BYTES, EDDSA_BYTES] = [77, 42];

export interface Assertion {
  readonly authenticatorData: Uint8Array;
  readonly clientData: Uint8Array;
  readonly signature: Uint8Array;
}

export interface Enrolled {
  readonly credentialId: Uint8Array;
  readonly publicKey: Uint8Array;
  readonly origin: string;
  readonly rpId: string;
  readonly admittedBy: string;
  readonly assertion: Assertion;
  readonly officer: string;
  readonly defect: string;
}

export interface Ended {
  readonly reason: (typeof END_REASONS)[number];
  readonly sinceMs: Whole | null;
  readonly words: string;
  readonly officer: string;
  readonly defect: string;
}

export interface Stated {
  readonly publicKey: Uint8Array;
  readonly origin: string;
  readonly rpId: string;
  readonly assertion: Assertion;
  readonly language: string;
  readonly text: string;
  readonly officer: string;
  readonly defect: string;
}

/** Null: it cannot be read. */
export function readEnrolled(body: Uint8Array): Enrolled | null {
  return readBody(body, (fields) => {
    insistOnKeys(fields, 6, 7);
    const credentialId = within(asBytes(fields.get(0)), LEAST_ID, MOST_ID);
    const [admittedBy, officer] = [plain(fields.get(4)), stated(fields, 6, plain, '')];
    const isAdmitted = admittedBy !== '' && lengthOf(admittedBy) <= MAX_LABEL_CHARACTERS;
    return {
      credentialId,
      publicKey: asKey(fields.get(1)),
      origin: asAddress(fields.get(2), MAX_ORIGIN),
      rpId: asAddress(fields.get(3), MAX_RP_ID),
      admittedBy,
      assertion: asAssertion(fields.get(5)),
      officer,
      defect: longOfficer(officer) || (isAdmitted ? '' : 'not_admitted'),
    };
  });
}

/** Null: it cannot be read. */
export function readEnded(body: Uint8Array): Ended | null {
  return readBody(body, (fields) => {
    insistOnKeys(fields, 1, 4);
    const reason = END_REASONS[asOneOf(fields.get(0), [0, 1, 2, 3])] ?? 'lost';
    const [words, officer] = [stated(fields, 2, plain, ''), stated(fields, 3, plain, '')];
    const isLong = lengthOf(words) > MAX_WORDS_CHARACTERS;
    return {
      reason,
      sinceMs: stated(fields, 1, asIndex, null),
      words,
      officer,
      defect: longOfficer(officer) || (isLong ? 'long_words' : ''),
    };
  });
}

/** Null: it cannot be read. */
export function readStated(body: Uint8Array): Stated | null {
  return readBody(body, (fields) => {
    insistOnKeys(fields, 6, 7);
    const [text, officer] = [plain(fields.get(5)), stated(fields, 6, plain, '')];
    const bytes = new TextEncoder().encode(text).length;
    return {
      publicKey: asKey(fields.get(0)),
      origin: asAddress(fields.get(1), MAX_ORIGIN),
      rpId: asAddress(fields.get(2), MAX_RP_ID),
      assertion: asAssertion(fields.get(3)),
      language: asAddress(fields.get(4), MAX_LANGUAGE),
      text,
      officer,
      defect: longOfficer(officer) || (bytes > 0 && bytes <= MAX_TEXT_BYTES ? '' : 'bad_text'),
    };
  });
}

/** The numbers of a key: x and y of P-256, or the point of Ed25519. Throws Unreadable: it is no such key. */
export function numbersOf(key: Uint8Array): { readonly algorithm: 'ES256' | 'Ed25519'; readonly numbers: readonly Uint8Array[] } {
  if (key.length === EDDSA_BYTES && isSame(key.subarray(0, 10), EDDSA_HEAD)) return { algorithm: 'Ed25519', numbers: [key.subarray(10)] };
  const isEs256 =
    key.length === ES256_BYTES && isSame(key.subarray(0, 10), ES256_HEAD) && isSame(key.subarray(42, 45), ES256_MIDDLE);
  if (!isEs256) throw new Unreadable();
  return { algorithm: 'ES256', numbers: [key.subarray(10, 42), key.subarray(45)] };
}

function asKey(value: Value | undefined): Uint8Array {
  const key = asBytes(value);
  const { algorithm, numbers } = numbersOf(key);
  if (algorithm === 'Ed25519' && !isGoodPoint(numbers[0] ?? new Uint8Array())) throw new Unreadable();
  return key;
}

/** Whether it is the one encoding of a point of large order. */
function isGoodPoint(point: Uint8Array): boolean {
  try {
    checkEd25519Key(point);
    return true;
  } catch (problem) {
    if (problem instanceof Refusal) return false;
    throw problem;
  }
}

function asAssertion(value: Value | undefined): Assertion {
  const row = asList(value);
  if (row.length !== 3) throw new Unreadable();
  const [authenticatorData, clientData, signature] = row.map((each) => asBytes(each));
  return {
    authenticatorData: within(authenticatorData, AUTHENTICATOR_BYTES, AUTHENTICATOR_BYTES),
    clientData: within(clientData, 1, MAX_CLIENT_BYTES),
    signature: within(signature, 1, MAX_SIGNATURE_BYTES),
  };
}

function within(octets: Uint8Array | undefined, least: number, most: number): Uint8Array {
  if (!octets || octets.length < least || octets.length > most) throw new Unreadable();
  return octets;
}

/** What can be printed of ASCII alone. */
function asAddress(value: Value | undefined, most: number): string {
  const text = asText(value);
  if (!/^[\x20-\x7e]+$/.test(text) || text.length > most) throw new Unreadable();
  return text;
}

function plain(value: Value | undefined): string {
  const text = asText(value);
  if (text.includes('\0')) throw new Unreadable();
  return text;
}

function longOfficer(officer: string): string {
  return lengthOf(officer) > MAX_LABEL_CHARACTERS ? 'long_officer' : '';
}

/** Keys from 0, the first `needed` of them there, none from `end` on. */
function insistOnKeys(fields: Fields, needed: number, end: number): void {
  const hasAll = Array.from({ length: needed }, (_, key) => key).every((key) => fields.has(key));
  if (!hasAll || [...fields.keys()].some((key) => key >= end)) throw new Unreadable();
}
