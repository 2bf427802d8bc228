/** Who sits here: the post and the officer's label of this session, or nobody yet. */

import type { SessionValues } from '../generated/types';
import { ApiError, get, remove } from './api';

class Session {
  values = $state.raw<SessionValues | null>(null);
  /** Whether our node has said who sits here, or that nobody does. */
  isKnown = $state(false);
  error = $state.raw<ApiError | null>(null);

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

  async end(): Promise<void> {
    await remove('/session');
    this.values = null;
  }
}

export const session = new Session();
