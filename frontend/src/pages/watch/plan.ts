/** The days of a roster from rows of times: each row stands on every day, over midnight where it ends before it begins. */

import type { RosterValues, WindowRequest } from '../../generated/types';
import { DAY_MS, dayOf } from '../../watch/planned';

export const MAX_DAYS = 62;
export const MAX_WINDOWS = 128;
export const MAX_LABEL = 80;
const MINUTE_MS = 60_000;

/** One row as it is typed. */
export interface Row {
  from: string;
  until: string;
  who: string;
}

export interface Plan {
  readonly from_ms: number;
  readonly until_ms: number;
  readonly windows: readonly WindowRequest[];
}

/** `2022-03-24` as the beginning of that UTC day; null: it is none. */
export function readDay(text: string): number | null {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text.trim());
  if (!match) return null;
  const dayMs = Date.parse(`${match[0]}T00:00:00Z`);
  return Number.isNaN(dayMs) || formatDate(dayMs) !== match[0] ? null : dayMs;
}

export function formatDate(dayMs: number): string {
  return new Date(dayMs).toISOString().slice(0, 10);
}

/** `0600`, `06:00`, `06:00Z`, `2400` as milliseconds of a day; null: it is none. */
export function readTime(text: string): number | null {
  const match = /^(\d{2}):?(\d{2})Z?$/i.exec(text.trim());
  const [hours, minutes] = [Number(match?.[1] ?? NaN), Number(match?.[2] ?? NaN)];
  const isTime = hours < 24 ? minutes < 60 : hours === 24 && minutes === 0;
  return isTime ? (hours * 60 + minutes) * MINUTE_MS : null;
}

export function formatTimeOfDay(ofDayMs: number): string {
  const minutes = Math.floor(ofDayMs / MINUTE_MS) % 1_440;
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}${String(minutes % 60).padStart(2, '0')}`;
}

/** Lay the rows over the days; null while a row cannot be read. */
export function layOut(dayMs: number, days: number, rows: readonly Row[]): Plan | null {
  const windows: WindowRequest[] = [];
  for (const row of rows) {
    const [from, until] = [readTime(row.from), readTime(row.until)];
    if (from === null || until === null || from >= DAY_MS || row.who.trim() === '') return null;
    const lengthMs = until > from ? until - from : until - from + DAY_MS;
    for (let day = 0; day < days; day += 1) {
      const startMs = dayMs + day * DAY_MS + from;
      windows.push({ from_ms: startMs, until_ms: startMs + lengthMs, officer: row.who.trim() });
    }
  }
  windows.sort((one, other) => one.from_ms - other.from_ms || one.until_ms - other.until_ms);
  const until_ms = Math.max(dayMs + days * DAY_MS, ...windows.map((window) => window.until_ms));
  return { from_ms: dayMs, until_ms, windows };
}

/** The rows of the first day of a roster: what is planned next is mostly what was planned before. */
export function rowsOf(roster: RosterValues | null): Row[] {
  const firstDay = roster ? dayOf(roster.from_ms) : 0;
  const rows = (roster?.windows ?? [])
    .filter((window) => dayOf(window.from_ms) === firstDay)
    .map((window) => ({
      from: formatTimeOfDay(window.from_ms % DAY_MS),
      until: formatTimeOfDay(window.until_ms % DAY_MS),
      who: window.officer,
    }));
  return rows.length > 0 ? rows : [{ from: '', until: '', who: '' }];
}

/** The times of a plan for which nobody is named. */
export function gapsOfPlan(plan: Plan): readonly { from_ms: number; until_ms: number }[] {
  const gaps: { from_ms: number; until_ms: number }[] = [];
  let reached = plan.from_ms;
  for (const window of plan.windows) {
    if (window.from_ms > reached) gaps.push({ from_ms: reached, until_ms: window.from_ms });
    reached = Math.max(reached, window.until_ms);
  }
  if (reached < plan.until_ms) gaps.push({ from_ms: reached, until_ms: plan.until_ms });
  return gaps;
}
