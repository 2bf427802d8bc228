/** Notices as the map draws them: areas with numbers of their own, in force or not at an instant. */

import type { AltitudeValues, MapNotice, MapVolume, NoticeMap } from '../generated/types';
import { go, measure, type Way } from './geodesy';
import { decodeRing } from './land';
import { beside, type Point } from './shape';

const UNITS_IN_A_DEGREE = 100_000;

/** One volume of a notice. `id`: its number on the map. */
export interface Area {
  readonly id: number;
  readonly notice: MapNotice;
  readonly volume: MapVolume;
  readonly polygons: readonly (readonly (readonly Point[])[])[];
  readonly label: Point;
  readonly fixes: readonly Fix[];
}

export interface Fix {
  readonly point: Point;
  readonly atMs: number;
}

export type Standing = 'in-force' | 'within' | 'outside';

/** Lay out what our node gave; numbers are counted on from `first`. */
export function areasOf(notices: readonly MapNotice[], first = 1): Area[] {
  let id = first;
  return notices.flatMap((notice) => notice.volumes.map((volume): Area => layOut(id++, notice, volume)));
}

function layOut(id: number, notice: MapNotice, volume: MapVolume): Area {
  return {
    id,
    notice,
    volume,
    polygons: volume.parts.map((part) => part.map((ring) => decodeRing(ring, UNITS_IN_A_DEGREE))),
    label: placeOf(volume.label),
    fixes: fixesOf(volume.fixes),
  };
}

export function placeOf([longitude, latitude]: readonly [number, number]): Point {
  return [longitude / UNITS_IN_A_DEGREE, latitude / UNITS_IN_A_DEGREE];
}

function fixesOf(written: readonly number[]): Fix[] {
  const fixes: Fix[] = [];
  for (let at = 0; at + 2 < written.length; at += 3) {
    const point = placeOf([written[at] ?? 0, written[at + 1] ?? 0]);
    fixes.push({ point: beside(point, fixes.at(-1)?.point), atMs: written[at + 2] ?? 0 });
  }
  return fixes;
}

/** The windows of areas as two rows of numbers: a slider asks for all of them at every step. */
export interface Windows {
  readonly starts: Float64Array;
  readonly ends: Float64Array;
}

/** What is not stated is without bound. */
export function windowsOf(areas: readonly Area[]): Windows {
  return {
    starts: Float64Array.from(areas, ({ volume }) => volume.start_ms ?? -Infinity),
    ends: Float64Array.from(areas, ({ volume }) => volume.end_ms ?? Infinity),
  };
}

/** How one window stands to an instant, and to so much time on either side of it. */
export function standing({ starts, ends }: Windows, index: number, instantMs: number, eitherSideMs: number): Standing {
  const [start = -Infinity, end = Infinity] = [starts[index], ends[index]];
  if (start <= instantMs && instantMs <= end) return 'in-force';
  return start <= instantMs + eitherSideMs && instantMs - eitherSideMs <= end ? 'within' : 'outside';
}

/** Where a track is at an instant, moving evenly along the geodesic; null: it is no track, or not on its way then. */
export function whereAt(area: Area, instantMs: number): Point | null {
  const next = area.fixes.findIndex((fix) => fix.atMs >= instantMs);
  const [before, after] = [area.fixes[next - 1], area.fixes[next]];
  if (after?.atMs === instantMs) return after.point;
  if (!before || !after) return null;
  const way = wayBetween(before, after);
  return go(before.point, way.bearing, (way.metres * (instantMs - before.atMs)) / (after.atMs - before.atMs));
}

const ways = new WeakMap<Fix, Way>();

/** Measured once. */
function wayBetween(from: Fix, to: Fix): Way {
  const way = ways.get(from) ?? measure(from.point, to.point);
  ways.set(from, way);
  return way;
}

/** The first beginning and the last end that are stated, with `nowMs` between them. */
export function spanOf(areas: readonly Area[], nowMs: number): { fromMs: number; untilMs: number } {
  let [fromMs, untilMs] = [nowMs, nowMs];
  for (const { volume } of areas) {
    fromMs = Math.min(fromMs, volume.start_ms ?? fromMs);
    untilMs = Math.max(untilMs, volume.end_ms ?? untilMs);
  }
  return { fromMs, untilMs };
}

/** Two windows of one list; what changed between both answers may stand in both, and counts once. */
export function joined(map: NoticeMap, more: NoticeMap): NoticeMap {
  const known = new Set(map.notices.map(({ number }) => number));
  return { ...map, notices: [...map.notices, ...more.notices.filter(({ number }) => !known.has(number))] };
}

/** Everything with the one notice in its newest state; without it, where it is live no more. */
export function replaced(map: NoticeMap, number: string, fresh: NoticeMap): NoticeMap {
  const notices = [...map.notices.filter((notice) => notice.number !== number), ...fresh.notices];
  const involves = (each: { ours: string; theirs: string }): boolean => each.ours === number || each.theirs === number;
  const conflicts = [...map.conflicts.filter((each) => !involves(each)), ...fresh.conflicts.filter(involves)];
  return { ...fresh, notices, conflicts, total: map.total - map.notices.length + notices.length, conflicts_total: map.conflicts_total - map.conflicts.length + conflicts.length };
}

/** `FL100`, `3000 FT AMSL`, `SFC`, `UNL`; "" where it is not stated. */
export function formatBound({ limit, value, unit, datum }: AltitudeValues): string {
  if (limit === 'surface') return 'SFC';
  if (limit === 'unlimited') return 'UNL';
  if (limit === 'not_stated' || value === null) return '';
  if (unit === 'fl') return `FL${String(value).padStart(3, '0')}`;
  return `${value} ${(unit ?? '').toUpperCase()} ${(datum ?? '').toUpperCase()}`;
}
