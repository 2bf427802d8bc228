/** By which way media may go, as our node knows it, and which addresses a direct call would show. */

import type { RelayValues, WayValues } from '../../generated/types';
import { get, post } from '../../lib/api';
import { allGathered, type RelayServer, type Way } from './peer';

/** Ask by which way media may go; of `addresses`, which ones a direct call would show. */
export function askWay(addresses: readonly string[] = []): Promise<WayValues> {
  return get<WayValues>('/relay', { addresses: addresses.join(',') });
}

/** Ask for a password of our relay, for one call. */
export function askRelay(): Promise<RelayServer> {
  return post<RelayValues>('/relay', {});
}

/** The way that needs no choice; null: an officer must choose a direct call on purpose, or text. */
export function ordinaryWay(values: WayValues): Way | null {
  if (values.is_direct) return 'direct';
  return values.has_relay ? 'relay' : null;
}

/** Find the addresses of this machine that a direct call would tell the other side; the microphone is open by then. */
export async function findAddresses(): Promise<readonly string[]> {
  const connection = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
  try {
    const found = new Set<string>();
    connection.addEventListener('icecandidate', ({ candidate }) => {
      if (candidate?.address) found.add(candidate.address.replace(/^\[|\]$/g, ''));
    });
    connection.addTransceiver('audio');
    const gathered = allGathered(connection);
    await connection.setLocalDescription();
    await gathered;
    return [...found].sort();
  } finally {
    connection.close();
  }
}
