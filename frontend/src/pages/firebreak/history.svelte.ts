/** The history of the level, fetched piece by piece, so that a page that waits can say how far it is. */

import type { FirebreakHistory, Level } from '../../generated/types';
import { get } from '../../lib/api';
import { DAY_MS, joined, writeInstant, type Span } from './firebreak';

const PIECE_MS = 31 * DAY_MS;
const MOST_PIECES = 24;
const LONGEST_MS = 400 * DAY_MS;

export interface Shown {
  readonly fromMs: number;
  readonly toMs: number;
  readonly known: boolean;
  readonly spans: readonly Span[];
  readonly rules: FirebreakHistory['rules'];
  /** From when on nothing is left out, where anything is; null: all is there. */
  readonly completeMs: number | null;
}

export class HistoryOf {
  shown = $state.raw<Shown | null>(null);
  error = $state.raw<unknown>(null);
  done = $state(0);
  total = $state(0);
  #asked: AbortController | null = null;

  /** Fetch the level from one instant to another; what was shown before stays until all of it is there. */
  async load(fromMs: number, toMs: number, known: boolean): Promise<void> {
    this.#asked?.abort();
    const asked = new AbortController();
    this.#asked = asked;
    const bounds = piecesOf(fromMs, toMs);
    [this.done, this.total] = [0, bounds.length - 1];
    const pieces: FirebreakHistory[] = [];
    try {
      for (const [index, startMs] of bounds.slice(0, -1).entries()) {
        const query = { from: writeInstant(startMs), to: writeInstant(bounds[index + 1] ?? toMs), known: known ? 1 : 0 };
        pieces.push(await get<FirebreakHistory>('/firebreak/history', query, asked.signal));
        this.done = pieces.length;
      }
      const rules = pieces.at(-1)?.rules ?? [];
      const end = Date.parse(pieces.at(-1)?.end ?? '') || toMs;
      const cut = pieces.findLast((piece) => Date.parse(piece.complete_from) > Date.parse(piece.start));
      const completeMs = cut ? Date.parse(cut.complete_from) : null;
      this.shown = { fromMs, toMs: end, known, spans: joined(pieces).map((span) => gravestFirst(span, rules)), rules, completeMs };
      this.error = null;
    } catch (problem) {
      if (!asked.signal.aborted) this.error = problem;
    }
    if (this.#asked === asked) this.total = 0;
  }

  stop(): void {
    this.#asked?.abort();
  }
}

const GRAVITY: readonly Level[] = ['unknown', 'broken', 'strained', 'holding'];

function gravestFirst(span: Span, rules: Shown['rules']): Span {
  const gravity = (rule: string): number => GRAVITY.indexOf(rules.find((each) => each.id === rule)?.level ?? 'unknown');
  return { ...span, rules: [...span.rules].sort((one, other) => gravity(one) - gravity(other)) };
}

/** Where one piece ends and the next begins: whole seconds, at most a month each, at most 24 while none is too long. */
function piecesOf(fromMs: number, toMs: number): readonly number[] {
  const lengthMs = toMs - fromMs;
  const count = Math.max(Math.min(Math.ceil(lengthMs / PIECE_MS), MOST_PIECES), Math.ceil(lengthMs / LONGEST_MS));
  const inner = Array.from({ length: count - 1 }, (_, index) => fromMs + Math.floor((lengthMs * (index + 1)) / count / 1000) * 1000);
  return [fromMs, ...inner, toMs];
}
