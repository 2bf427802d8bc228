/** A passkey's signature, judged from stored bytes alone. The twin of keys/passkeys.py (docs/spec/persons.md, 1). */

import { p256 } from '@noble/curves/nist.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { numbersOf, type Assertion } from '../entries/persons';
import { verifyEd25519 } from '../proof/keys';
import { concatBytes, isSame, readText, utf8ToBytes } from '../proof/octets';
import { Refusal } from '../proof/refusal';

const [PRESENT, VERIFIED, ELIGIBLE, BACKED_UP] = [0x01, 0x04, 0x08, 0x10];
const KNOWN = PRESENT | VERIFIED | ELIGIBLE | BACKED_UP;
const UNCOMPRESSED = Uint8Array.of(0x04);

export interface Used {
  readonly publicKey: Uint8Array;
  readonly origin: string;
  readonly rpId: string;
}

/** Why an assertion over a challenge does not hold; nothing when it does. Another challenge is `other_challenge`. */
export function assertionDefect(assertion: Assertion, key: Used, challenge: Uint8Array): string {
  return clientDefect(assertion.clientData, key.origin, challenge) || deviceDefect(assertion.authenticatorData, key.rpId) || signatureDefect(assertion, key);
}

/** What is signed, by which a copy is found again under whatever signature. */
export function signedBytes({ authenticatorData, clientData }: Assertion): Uint8Array {
  return concatBytes(authenticatorData, sha256(clientData));
}

function clientDefect(clientData: Uint8Array, origin: string, challenge: Uint8Array): string {
  const fields = readClient(clientData);
  if (fields === null || fields['type'] !== 'webauthn.get') return 'malformed';
  if (fields['challenge'] !== base64url(challenge)) return 'other_challenge';
  if (fields['origin'] !== origin) return 'other_origin';
  const isFramed = ('crossOrigin' in fields && fields['crossOrigin'] !== false) || 'topOrigin' in fields;
  return isFramed ? 'cross_origin' : '';
}

/** One JSON object in which no name stands twice; null for anything else. */
function readClient(octets: Uint8Array): Readonly<Record<string, unknown>> | null {
  const text = readText(octets);
  if (text === null) return null;
  try {
    const fields: unknown = JSON.parse(text);
    const isObject = typeof fields === 'object' && fields !== null && !Array.isArray(fields);
    return isObject && !namesTwice(text) ? { __proto__: null, ...fields } : null;
  } catch {
    return null;
  }
}

/** Whether a name stands twice in any object of a text that is JSON. */
function namesTwice(text: string): boolean {
  const open: Set<unknown>[] = [];
  for (const [token, name, colon] of text.matchAll(/("(?:[^"\\]|\\.)*")(\s*:)?|[{}]/g)) {
    if (token === '{') open.push(new Set());
    else if (token === '}') open.pop();
    else if (name !== undefined && colon !== undefined) {
      const known = open.at(-1);
      const read: unknown = JSON.parse(name);
      if (known?.has(read)) return true;
      known?.add(read);
    }
  }
  return false;
}

function deviceDefect(octets: Uint8Array, rpId: string): string {
  const flags = octets[32] ?? 0;
  if (!isSame(octets.subarray(0, 32), sha256(utf8ToBytes(rpId)))) return 'other_rp_id';
  if (!(flags & PRESENT)) return 'user_absent';
  if (!(flags & VERIFIED)) return 'user_unverified';
  const isOdd = (flags & ~KNOWN) !== 0 || ((flags & BACKED_UP) !== 0 && !(flags & ELIGIBLE));
  return isOdd ? 'bad_flags' : '';
}

function signatureDefect(assertion: Assertion, { publicKey }: Used): string {
  const { algorithm, numbers } = numbersOf(publicKey);
  const message = signedBytes(assertion);
  try {
    if (algorithm === 'Ed25519') {
      verifyEd25519(numbers[0] ?? new Uint8Array(), message, assertion.signature);
      return '';
    }
    const point = concatBytes(UNCOMPRESSED, ...numbers);
    const holds = p256.verify(assertion.signature, message, point, { format: 'der', lowS: false, prehash: true });
    return holds ? '' : 'bad_signature';
  } catch (problem) {
    if (problem instanceof Refusal || problem instanceof Error) return 'bad_signature';
    throw problem;
  }
}

function base64url(octets: Uint8Array): string {
  const text = btoa(String.fromCharCode(...octets));
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
