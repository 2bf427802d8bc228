/**
 * What sounds on this page: only what our node says sounds, and never again what was ended here.
 *
 * A FLASH sounds until somebody of ours acts on it, a call until somebody does or it rings no more. An outcome clock that
 * has run out sounds until the outcome is on record, or until this officer has said that it was heard.
 */

import type { AlarmValues, MessageValues, WaitingValues } from '../generated/types';
import { calls } from '../calls/ring/calls.svelte';
import { live, pushed } from '../lib/live.svelte';
import type { Pattern } from './tones';

const HEARD = 'coupefeu.heard';

class Alarms {
  /** Taken by a press on this page: our node says so too within moments. */
  #taken = $state.raw<ReadonlySet<string>>(new Set());
  /** Put aside because our node did not answer; they come back when it does. */
  #aside = $state.raw<ReadonlySet<string>>(new Set());
  #heard = $state.raw<ReadonlySet<string>>(readHeard());

  /** The FLASH that nobody of ours has acted on, the oldest first. */
  readonly flashes = $derived.by(() => listed('flash').filter((number) => this.#awaits(number)));
  /** Outcomes that are overdue and were not said to be heard on this page. */
  readonly outcomes = $derived.by(() => listed('outcome').filter((number) => !this.#heard.has(number)));
  /** A flood of one party, told as one alarm with its count. */
  readonly floods = $derived.by(() => (live.desk?.alarms ?? []).filter((alarm) => alarm.messages.length > 1));
  readonly pattern = $derived.by((): Pattern | null => {
    if (this.flashes.length > 0) return 'flash';
    if (calls.ringing.length + calls.ringingLocked.length > 0) return 'ring';
    return this.outcomes.length > 0 ? 'outcome' : null;
  });

  take(number: string): void {
    this.#taken = new Set([...this.#taken, number]);
  }

  /** Our node does not answer: give the page back, until it does. */
  putAside(): void {
    this.#aside = new Set(this.flashes);
  }

  bringBack(): void {
    if (this.#aside.size > 0) this.#aside = new Set();
  }

  /** An officer has heard that an outcome is overdue; the list goes on saying so. */
  hear(): void {
    this.#heard = new Set([...this.#heard, ...this.outcomes]);
    sessionStorage.setItem(HEARD, JSON.stringify([...this.#heard]));
  }

  #awaits(number: string): boolean {
    if (this.#taken.has(number) || this.#aside.has(number)) return false;
    const message = pushed.find(number);
    return message === undefined || live.desk === null || awaitsTake(message, live.desk.party);
  }
}

/** Whether a message is a FLASH to us on which nobody of ours has acted. */
export function awaitsTake(message: MessageValues, us: string): boolean {
  const shown = message.chains[us]?.find((step) => step.step === 'shown');
  return !message.ours && message.flash && message.sounds && shown?.idle === true;
}

/** Of a locked console our node tells no more than this. */
function listed(cause: AlarmValues['cause']): readonly string[] {
  const told: readonly (AlarmValues | WaitingValues)[] = live.desk?.alarms ?? live.locked?.waiting ?? [];
  return told.filter((alarm) => alarm.cause === cause).flatMap((alarm) => alarm.messages);
}

function readHeard(): ReadonlySet<string> {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(HEARD) ?? '[]');
    return new Set(Array.isArray(kept) ? kept.filter((each) => typeof each === 'string') : []);
  } catch {
    return new Set();
  }
}

export const alarms = new Alarms();
