/** Signs this browser in by the key behind the `#` of a one-time link. */

import type { SessionValues } from '../../generated/types';
import { ApiError, post } from '../../lib/api';

/** Why a link did not sign in; the words of each are `ui-enter-...`. */
export type Refusal = 'none' | 'unknown' | 'used' | 'expired' | 'displaced' | 'guesses' | 'unreachable' | 'other';

export type Outcome =
  | { readonly session: SessionValues }
  | { readonly refusal: Refusal; readonly error: ApiError | null };

const REFUSALS: readonly Refusal[] = ['unknown', 'used', 'expired', 'displaced', 'guesses'];

/** Take the key out of the address, and out of what this browser remembers of it. */
export function takeKey(): string {
  const key = location.hash.slice(1);
  history.replaceState(null, '', location.pathname);
  return key;
}

export async function signIn(key: string): Promise<Outcome> {
  if (key === '') return { refusal: 'none', error: null };
  try {
    return { session: await post<SessionValues>('/session', { key }) };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { refusal: refusalOf(error), error };
  }
}

function refusalOf(error: ApiError): Refusal {
  if (error.isUnreachable) return 'unreachable';
  return REFUSALS.find((refusal) => error.code === `console.link.${refusal}`) ?? 'other';
}
