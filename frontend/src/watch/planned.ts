/** What a roster says of an instant, and of a day. The twin of services/watch/roster.py. */

import type { RosterValues, SpanValues, WindowValues } from '../generated/types';

export const DAY_MS = 86_400_000;

export interface Planned {
  readonly isPlanned: boolean;
  readonly now: readonly WindowValues[];
  readonly then: WindowValues | null;
  readonly gap: SpanValues | null;
}

/** A piece of a day, cut to it: `officer` null where nobody is named. */
export interface Piece {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly officer: string | null;
  /** As it was planned, also beyond the day. */
  readonly whole: SpanValues;
}

export function plannedAt(roster: RosterValues, nowMs: number): Planned {
  const holds = (span: SpanValues): boolean => span.from_ms <= nowMs && nowMs < span.until_ms;
  return {
    isPlanned: holds(roster),
    now: roster.windows.filter(holds),
    then: roster.windows.find((window) => window.from_ms > nowMs) ?? null,
    gap: roster.gaps.find(holds) ?? null,
  };
}

/** The windows and gaps of a day, in the order of time. */
export function piecesOf(roster: RosterValues, dayMs: number): readonly Piece[] {
  const spans = [
    ...roster.windows.map((window) => ({ span: window, officer: window.officer })),
    ...roster.gaps.map((gap) => ({ span: gap, officer: null })),
  ];
  return spans
    .filter(({ span }) => span.from_ms < dayMs + DAY_MS && span.until_ms > dayMs)
    .map(({ span, officer }) => ({
      fromMs: Math.max(span.from_ms, dayMs),
      untilMs: Math.min(span.until_ms, dayMs + DAY_MS),
      officer,
      whole: span,
    }))
    .sort((one, other) => one.fromMs - other.fromMs || one.untilMs - other.untilMs);
}

/** The UTC day that an instant lies in. */
export function dayOf(instantMs: number): number {
  return Math.floor(instantMs / DAY_MS) * DAY_MS;
}
