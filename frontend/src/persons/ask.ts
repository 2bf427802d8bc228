/**
 * Asks a device of the officer: for a new passkey, or for a signature by one. What comes back goes to our node as it is.
 *
 * The device signs for the name by which the console was opened, and for no other; it asks for PIN, finger or face.
 */

import type { AssertionRequest, ChallengeValues, NewKeyRequest, NewKeyValues } from '../generated/types';

const WAIT_MS = 300_000;

/** The device gave nothing. `isKnown`: it holds a passkey of this console already. */
export class NoSignature extends Error {
  readonly isKnown: boolean;

  constructor(isKnown: boolean) {
    super(isKnown ? 'known' : 'none');
    this.isKnown = isKnown;
  }
}

/** Whether this browser has passkeys, at the name by which the console was opened: an address of digits has none. */
export function canAsk(): boolean {
  const isName = !/^(?:[\d.]+|\[.*\])$/.test(location.hostname);
  return isName && isSecureContext && 'PublicKeyCredential' in window;
}

/** Have a device sign a challenge. Throws NoSignature. */
export async function sign(offer: ChallengeValues): Promise<AssertionRequest> {
  const credential = await ask((signal) =>
    navigator.credentials.get({
      signal,
      publicKey: {
        challenge: fromBase64url(offer.challenge),
        rpId: offer.rp_id,
        allowCredentials: offer.keys.map(describe),
        userVerification: 'required',
        timeout: WAIT_MS,
      },
    }),
  );
  const { response } = credential;
  if (!(response instanceof AuthenticatorAssertionResponse)) throw new NoSignature(false);
  return {
    credential_id: toBase64url(credential.rawId),
    authenticator_data: toBase64url(response.authenticatorData),
    client_data: toBase64url(response.clientDataJSON),
    signature: toBase64url(response.signature),
  };
}

/** Have a device make a new passkey. Throws NoSignature. */
export async function make(offer: NewKeyValues): Promise<NewKeyRequest> {
  const credential = await ask((signal) =>
    navigator.credentials.create({
      signal,
      publicKey: {
        challenge: fromBase64url(offer.challenge),
        rp: { id: offer.rp_id, name: 'Coupe-feu' },
        user: { id: fromBase64url(offer.holder), name: offer.name, displayName: offer.name },
        pubKeyCredParams: offer.algorithms.map((alg) => ({ type: 'public-key', alg })),
        excludeCredentials: offer.known.map(describe),
        authenticatorSelection: { residentKey: 'required', requireResidentKey: true, userVerification: 'required' },
        attestation: 'none',
        timeout: WAIT_MS,
      },
    }),
  );
  const { response } = credential;
  if (!(response instanceof AuthenticatorAttestationResponse)) throw new NoSignature(false);
  return {
    attestation_object: toBase64url(response.attestationObject),
    client_data: toBase64url(response.clientDataJSON),
  };
}

async function ask(asking: (signal: AbortSignal) => Promise<Credential | null>): Promise<PublicKeyCredential> {
  try {
    const found = await asking(AbortSignal.timeout(WAIT_MS));
    if (found instanceof PublicKeyCredential) return found;
  } catch (problem) {
    if (!(problem instanceof DOMException)) throw problem;
    throw new NoSignature(problem.name === 'InvalidStateError');
  }
  throw new NoSignature(false);
}

function describe(id: string): PublicKeyCredentialDescriptor {
  return { type: 'public-key', id: fromBase64url(id) };
}

function fromBase64url(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (each) => each.charCodeAt(0));
}

function toBase64url(octets: ArrayBuffer): string {
  const text = Array.from(new Uint8Array(octets), (each) => String.fromCharCode(each)).join('');
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
