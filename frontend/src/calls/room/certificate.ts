/** The certificate of one call: its hash stands in our signed entry, and media goes by no other. */

const ALGORITHM: EcKeyGenParams & { name: string } = { name: 'ECDSA', namedCurve: 'P-256' };
const HASH = 'sha-256';

/** Made before a call is placed or answered, and held by this page alone: it never leaves the browser. */
export interface Prepared {
  readonly certificate: RTCCertificate;
  /** SHA-256 of it, 64 hexadecimal digits, as the entry has it. */
  readonly fingerprint: string;
}

export async function prepare(): Promise<Prepared> {
  const certificate = await RTCPeerConnection.generateCertificate(ALGORITHM);
  const found = certificate.getFingerprints().find((each) => each.algorithm?.toLowerCase() === HASH);
  if (!found?.value) throw new Error('this browser names no SHA-256 of its certificate');
  return { certificate, fingerprint: plain(found.value) };
}

/** Whether every fingerprint that a description names is this one, and there is one. */
export function hasFingerprint(sdp: string, fingerprint: string): boolean {
  const named = [...sdp.matchAll(/^a=fingerprint:(\S+) (\S+)\r?$/gim)];
  return named.length > 0 && named.every(([, hash = '', value = '']) => hash.toLowerCase() === HASH && plain(value) === fingerprint);
}

/** `3F:FF:...` as it is compared: `3fff...`. */
export function plain(value: string): string {
  return value.replaceAll(':', '').toLowerCase();
}

/** `3fff...` as people compare it, in groups of four. */
export function grouped(fingerprint: string): string {
  return fingerprint.toUpperCase().match(/.{1,4}/g)?.join(' ') ?? '';
}
