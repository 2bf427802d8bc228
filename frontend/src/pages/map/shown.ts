/** Which notices the map and its list show: the same ones. */

import { spanOf, standing, type Area, type Standing } from '../../map/notices';
import type { MapNotice } from '../../generated/types';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** How far on either side of the instant: 0 is the instant alone. */
export const REACHES = { instant: 0, hours: 6 * HOUR_MS, day: DAY_MS, all: Infinity } as const;
export type Reach = keyof typeof REACHES;

export interface Row {
  readonly notice: MapNotice;
  readonly areas: readonly Area[];
  readonly standing: Standing;
  readonly startMs: number | null;
  readonly endMs: number | null;
}

const ORDER: Readonly<Record<Standing, number>> = { 'in-force': 0, within: 1, outside: 2 };

/** The areas of each notice together. */
export function groupsOf(areas: readonly Area[]): readonly (readonly Area[])[] {
  const groups = new Map<MapNotice, Area[]>();
  for (const area of areas) {
    const group = groups.get(area.notice);
    if (group) group.push(area);
    else groups.set(area.notice, [area]);
  }
  return [...groups.values()].sort((one, other) => (least(one) ?? 0) - (least(other) ?? 0));
}

/** A row for each notice that is shown: those in conflict first, then what is in force, then by beginning. */
export function rowsOf(groups: readonly (readonly Area[])[], instantMs: number, reach: Reach, sought: string): Row[] {
  const ranked: [Row[], Row[], Row[], Row[]] = [[], [], [], []];
  for (const own of groups) {
    const notice = own[0]?.notice;
    if (!notice || !isSought(notice, sought)) continue;
    let best: Standing = 'outside';
    for (const { volume } of own) {
      const stands = standing(volume, instantMs, REACHES[reach]);
      if (ORDER[stands] < ORDER[best]) best = stands;
    }
    if (best === 'outside') continue;
    const rank = (notice.conflicts > 0 ? 0 : 2) + ORDER[best];
    ranked[rank]?.push({ notice, areas: own, standing: best, startMs: least(own), endMs: most(own) });
  }
  return ranked.flat();
}

function isSought({ number, title, movement }: MapNotice, sought: string): boolean {
  const words = sought.trim().toLowerCase();
  return words === '' || [number, title, movement].some((text) => text.toLowerCase().includes(words));
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
