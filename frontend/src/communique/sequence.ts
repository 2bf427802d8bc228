/**
 * Entries of several logs in one order, and what is left out between them. The twin of services/communique/sequence.py.
 *
 * An entry comes after all that its author had seen of the other logs, as far as that is here. What this leaves open is put
 * by the times that the authors gave; an entry whose head is not shown follows the one before it in its log.
 */

import type { ProvedLog } from './log';
import type { ProvedEntry } from './verify';

/** Entries [start, end) of a log that stand in it, and of which the file holds nothing. */
export interface Gap {
  readonly log: ProvedLog;
  readonly start: bigint;
  readonly end: bigint;
}

export type Row = { readonly entry: ProvedEntry } | { readonly gap: Gap };

/** Of heads that a liar made there may be no such order: then the earliest goes first, so that all are shown. */
export function inSequence(entries: readonly ProvedEntry[]): ProvedEntry[] {
  const logs = new Set(entries.map((entry) => entry.log));
  const queues = [...logs].map((log) => new Queue(log.number, entries.filter((entry) => entry.log === log)));
  const byLog = new Map(queues.map((queue) => [queue.log, queue]));
  const ordered: ProvedEntry[] = [];
  while (ordered.length < entries.length) {
    const waiting = queues.filter((queue) => queue.next !== undefined);
    const ready = waiting.filter((queue) => queue.isReady(byLog));
    const [first] = (ready.length > 0 ? ready : waiting).toSorted((left, right) => left.timeMs - right.timeMs || left.log - right.log);
    const entry = first?.take();
    if (!entry) break;
    ordered.push(entry);
  }
  return ordered;
}

class Queue {
  readonly log: number;
  readonly #entries: readonly ProvedEntry[];
  #at = 0;
  #lastMs = 0;

  constructor(log: number, entries: readonly ProvedEntry[]) {
    this.log = log;
    this.#entries = entries;
  }

  get next(): ProvedEntry | undefined {
    return this.#entries[this.#at];
  }

  get timeMs(): number {
    const written = this.next?.head?.writtenMs;
    return written === undefined ? this.#lastMs : Number(written);
  }

  take(): ProvedEntry | undefined {
    this.#lastMs = this.timeMs;
    return this.#entries[this.#at++];
  }

  /** Whether all that the author of the next entry had seen, and is here, has gone before it. */
  isReady(others: ReadonlyMap<number, Queue>): boolean {
    const seen = this.next?.head?.seen ?? [];
    return seen.every(({ log, number }) => {
      const next = others.get(Number(log))?.next;
      return next === undefined || next.index >= BigInt(number);
    });
  }
}

/** Put before each entry what its log holds between it and the one before, and last what stands behind all. */
export function withGaps(ordered: readonly ProvedEntry[], logs: readonly ProvedLog[]): Row[] {
  const at = new Map(logs.map((log) => [log, 0n]));
  const rows: Row[] = [];
  for (const entry of ordered) {
    const start = at.get(entry.log) ?? 0n;
    if (start < entry.index) rows.push({ gap: { log: entry.log, start, end: entry.index } });
    at.set(entry.log, entry.index + 1n);
    rows.push({ entry });
  }
  for (const log of logs) {
    const [start, end] = [at.get(log) ?? 0n, log.newest.checkpoint.size];
    if (start < end) rows.push({ gap: { log, start, end } });
  }
  return rows;
}
