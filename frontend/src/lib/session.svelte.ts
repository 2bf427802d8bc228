/** Who sits here: the post and the officer's label of this session, or nobody yet. */

import type { SessionValues } from '../generated/types';
import { ApiError, get, post, remove } from './api';

const TOLD_MS = 3_600_000;

class Session {
  values = $state.raw<SessionValues | null>(null);
  /** Whether our node has said who sits here, or that nobody does. */
  isKnown = $state(false);
  error = $state.raw<ApiError | null>(null);

  /** Whether the session ends within the hour. */
  endsSoon(nowMs: number): boolean {
    return this.values !== null && this.values.expires_ms - nowMs < TOLD_MS;
  }

  async load(): Promise<void> {
    try {
      this.values = await get<SessionValues>('/session');
      this.error = null;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      // Silence says nothing of the session: who sat here still does.
      if (error.isSignedOut) this.values = null;
      this.error = error.isSignedOut ? null : error;
    }
    this.isKnown = true;
  }

  /** Say by a press that somebody still sits here: the session lasts on. */
  async stay(): Promise<void> {
    this.values = await post<SessionValues>('/session/stay', {});
  }

  async end(): Promise<void> {
    await remove('/session');
    this.values = null;
  }
}

export const session = new Session();
