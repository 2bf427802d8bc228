/**
 * What is live: the state of the desk and every change, pushed by our node; and whether it is still being pushed.
 *
 * A page that heard nothing for six seconds, or whose stream broke, is dead: it says since when, and nothing on it is
 * to be relied on until the stream is back and the state is loaded anew.
 */

import type { DeskValues, FeedEvent, LockedValues, MessageValues } from '../generated/types';
import { nameRun } from './api';
import { consoleName } from './shown';

export const SILENCE_MS = 6_000;
const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 2_000;
const TICK_MS = 250;

type Kind = FeedEvent['what'];
type EventOf<K extends Kind> = Extract<FeedEvent, { what: K }>;
type Listener = (event: FeedEvent) => void;

/** What the store needs of the browser; tests give their own. */
export interface Surroundings {
  open: (url: string) => Pick<EventSource, 'close' | 'onmessage' | 'onerror'>;
  monotonicMs: () => number;
  utcMs: () => number;
}

const browser: Surroundings = {
  open: (url) => new EventSource(url),
  monotonicMs: () => performance.now(),
  utcMs: () => Date.now(),
};

export class Live {
  desk = $state.raw<DeskValues | null>(null);
  /** In the place of the desk where this console is locked. */
  locked = $state.raw<LockedValues | null>(null);
  /** The time at our node, counted on from its last beat; whole seconds. */
  nowMs = $state(0);
  isDead = $state(false);
  /** The last beat before the silence; null: none was ever heard. */
  deadSinceMs = $state<number | null>(null);
  /** How often the stream came back: pages load their lists anew when it grows. */
  connections = $state(0);

  #surroundings: Surroundings;
  #stream: Pick<EventSource, 'close' | 'onmessage' | 'onerror'> | null = null;
  #listeners = new Map<Kind, Set<Listener>>();
  #beatMs: number | null = null;
  #heardMonoMs = 0;
  #openedMonoMs = 0;
  #retryMs = FIRST_RETRY_MS;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #ticker: ReturnType<typeof setInterval> | undefined;
  #awaitsDesk = true;

  constructor(surroundings: Surroundings = browser) {
    this.#surroundings = surroundings;
  }

  begin(): void {
    this.nowMs = wholeSecond(this.#surroundings.utcMs());
    this.#connect();
    this.#ticker = setInterval(() => this.tick(), TICK_MS);
  }

  end(): void {
    clearTimeout(this.#retry);
    clearInterval(this.#ticker);
    this.#stream?.close();
    this.#stream = null;
    this.desk = null;
    this.locked = null;
  }

  /** Hear of one kind of event; call what is given back to hear no more. */
  on<K extends Kind>(kind: K, listener: (event: EventOf<K>) => void): () => void {
    const listeners = this.#listeners.get(kind) ?? new Set<Listener>();
    this.#listeners.set(kind, listeners);
    const heard = listener as Listener;
    listeners.add(heard);
    return () => listeners.delete(heard);
  }

  /** Count the clock on, and notice silence. */
  tick(): void {
    const silentMs = this.#surroundings.monotonicMs() - Math.max(this.#heardMonoMs, this.#openedMonoMs);
    if (silentMs >= SILENCE_MS) this.#lose();
    this.#countOn();
  }

  /** A dead page stands still: a clock that went on would look alive. */
  #countOn(): void {
    if (this.isDead) return;
    const now = this.#now();
    if (now !== this.nowMs) this.nowMs = now;
  }

  #now(): number {
    if (this.#beatMs === null) return wholeSecond(this.#surroundings.utcMs());
    return wholeSecond(this.#beatMs + this.#surroundings.monotonicMs() - this.#heardMonoMs);
  }

  #connect(): void {
    this.#awaitsDesk = true;
    this.#openedMonoMs = this.#surroundings.monotonicMs();
    const stream = this.#surroundings.open(`/api/events?console=${consoleName}`);
    stream.onmessage = (message: MessageEvent<string>) => this.#receive(JSON.parse(message.data) as FeedEvent);
    stream.onerror = () => this.#lose();
    this.#stream = stream;
  }

  #receive(event: FeedEvent): void {
    this.#heard(toldAtMs(event));
    if (event.what === 'desk') this.#set(event.desk, null);
    if (event.what === 'locked') this.#set(null, event.locked);
    for (const listener of this.#listeners.get(event.what) ?? []) listener(event);
  }

  #heard(asOfMs: number | null): void {
    const monoMs = this.#surroundings.monotonicMs();
    this.#beatMs = asOfMs ?? (this.#beatMs === null ? null : this.#beatMs + monoMs - this.#heardMonoMs);
    this.#heardMonoMs = monoMs;
    this.#countOn();
  }

  #set(desk: DeskValues | null, locked: LockedValues | null): void {
    this.desk = desk;
    this.locked = locked;
    nameRun((desk ?? locked)?.run ?? '');
    if (!this.#awaitsDesk) return;
    this.#awaitsDesk = false;
    this.#retryMs = FIRST_RETRY_MS;
    this.isDead = false;
    this.deadSinceMs = null;
    this.connections += 1;
  }

  #lose(): void {
    this.#stream?.close();
    this.#stream = null;
    if (!this.isDead) {
      this.isDead = true;
      this.deadSinceMs = this.#beatMs;
    }
    this.#openedMonoMs = this.#surroundings.monotonicMs();
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#connect(), this.#retryMs);
    this.#retryMs = Math.min(2 * this.#retryMs, LAST_RETRY_MS);
  }
}

function toldAtMs(event: FeedEvent): number | null {
  if (event.what === 'beat') return event.as_of_ms;
  if (event.what === 'desk') return event.desk.as_of_ms;
  return event.what === 'locked' ? event.locked.as_of_ms : null;
}

function wholeSecond(instantMs: number): number {
  return Math.floor(instantMs / 1000) * 1000;
}

export const live = new Live();

/** Messages whose chain changed since this page was opened, the newest state of each; at most 500. */
class Pushed {
  #newest = $state.raw<ReadonlyMap<string, MessageValues>>(new Map());

  constructor() {
    let known = 0;
    live.on('message', ({ message }) => this.keep(message));
    // While the stream was cut events were missed: nothing pushed before is known to be current.
    live.on('desk', () => {
      if (live.connections !== known) this.#newest = new Map();
      known = live.connections;
    });
    live.on('locked', () => (this.#newest = new Map()));
  }

  find(number: string): MessageValues | undefined {
    return this.#newest.get(number);
  }

  keep(message: MessageValues): void {
    const newest = new Map(this.#newest);
    newest.delete(message.number);
    newest.set(message.number, message);
    for (const oldest of newest.keys()) {
      if (newest.size <= 500) break;
      newest.delete(oldest);
    }
    this.#newest = newest;
  }
}

export const pushed = new Pushed();
