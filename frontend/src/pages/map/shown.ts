/** Which notices the map and its list show: the same ones. */

import { spanOf, standing, windowsOf, type Area, type Standing, type Windows } from '../../map/notices';
import type { MapNotice } from '../../generated/types';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** How far on either side of the instant: 0 is the instant alone. */
export const REACHES = { instant: 0, hours: 6 * HOUR_MS, day: DAY_MS, all: Infinity } as const;
export type Reach = keyof typeof REACHES;

export interface Row {
  readonly group: Group;
  readonly standing: Standing;
}

const ORDER: Readonly<Record<Standing, number>> = { 'in-force': 0, within: 1, outside: 2 };

/** A notice with what does not change while the slider runs. */
export interface Group {
  readonly notice: MapNotice;
  readonly areas: readonly Area[];
  readonly windows: Windows;
  readonly startMs: number | null;
  readonly endMs: number | null;
}

/** The areas of each notice together, by beginning. */
export function groupsOf(areas: readonly Area[]): readonly Group[] {
  const found = new Map<MapNotice, Area[]>();
  for (const area of areas) {
    const own = found.get(area.notice);
    if (own) own.push(area);
    else found.set(area.notice, [area]);
  }
  const groups = [...found].map(([notice, own]): Group => ({ notice, areas: own, windows: windowsOf(own), startMs: least(own), endMs: most(own) }));
  return groups.sort((one, other) => (one.startMs ?? 0) - (other.startMs ?? 0));
}

/** A row for each notice that is shown: those in conflict first, then what is in force, then by beginning. */
export function rowsOf(groups: readonly Group[], instantMs: number, reach: Reach, sought: string): Row[] {
  const ranked: [Row[], Row[], Row[], Row[]] = [[], [], [], []];
  const words = sought.trim().toLowerCase();
  for (const group of groups) {
    if (words !== '' && !isSought(group.notice, words)) continue;
    const best = bestStanding(group, instantMs, REACHES[reach]);
    if (best !== 'outside') ranked[(group.notice.conflicts > 0 ? 0 : 2) + ORDER[best]]?.push({ group, standing: best });
  }
  return ranked.flat();
}

function bestStanding({ windows }: Group, instantMs: number, eitherSideMs: number): Standing {
  let best: Standing = 'outside';
  for (let index = 0; index < windows.starts.length; index += 1) {
    const stands = standing(windows, index, instantMs, eitherSideMs);
    if (ORDER[stands] < ORDER[best]) best = stands;
  }
  return best;
}

function isSought({ number, title, movement }: MapNotice, words: string): boolean {
  return [number, title, movement].some((text) => text.toLowerCase().includes(words));
}

/** The first beginning; null: one of them has none. */
function least(areas: readonly Area[]): number | null {
  const starts = areas.map(({ volume }) => volume.start_ms);
  return starts.includes(null) ? null : Math.min(...starts.filter((start) => start !== null));
}

function most(areas: readonly Area[]): number | null {
  const ends = areas.map(({ volume }) => volume.end_ms);
  return ends.includes(null) ? null : Math.max(...ends.filter((end) => end !== null));
}

const BEFORE_MS = 7 * DAY_MS;
const AFTER_MS = 60 * DAY_MS;

/** What the slider runs over: all windows, at least a day ahead, within bounds that a hand can set. */
export function rangeOf(areas: readonly Area[], nowMs: number): { fromMs: number; untilMs: number } {
  const { fromMs, untilMs } = spanOf(areas, nowMs);
  const from = Math.max(nowMs - BEFORE_MS, Math.min(fromMs, nowMs - HOUR_MS));
  const until = Math.min(nowMs + AFTER_MS, Math.max(untilMs, nowMs + DAY_MS));
  return { fromMs: Math.floor(from / HOUR_MS) * HOUR_MS, untilMs: Math.ceil(until / HOUR_MS) * HOUR_MS };
}
