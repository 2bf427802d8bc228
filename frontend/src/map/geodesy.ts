/** Distances, bearings and outlines on WGS 84, by Karney's geodesics: what the map measures and draws by hand. */

import geodesic from 'geographiclib-geodesic';
import { beside, wrap, type Point } from './shape';

const EARTH = geodesic.Geodesic.WGS84;
const STEP_M = 50_000;
const MEAN_RADIUS_M = 6_371_008.8;
const RADIANS = Math.PI / 180;

export interface Way {
  readonly metres: number;
  /** At its beginning, degrees from true north. */
  readonly bearing: number;
  /** From its end back. */
  readonly back: number;
}

export function measure(from: Point, to: Point): Way {
  const found = EARTH.Inverse(from[1], wrap(from[0]), to[1], wrap(to[0]));
  return { metres: found.s12 ?? 0, bearing: turned(found.azi1 ?? 0), back: turned((found.azi2 ?? 0) + 180) };
}

/** Where somebody is who goes so far on a bearing; its longitude is beside that of `from`. */
export function go(from: Point, bearing: number, metres: number): Point {
  const found = EARTH.Direct(from[1], wrap(from[0]), bearing, metres);
  return beside([found.lon2 ?? from[0], found.lat2 ?? from[1]], from);
}

/** The geodesic through points, with so many between that a flat map shows its bend. */
export function lineThrough(points: readonly Point[]): Point[] {
  const line: Point[] = points.slice(0, 1);
  for (const [index, to] of points.entries()) {
    const from = points[index - 1];
    if (!from) continue;
    const way = measure(from, to);
    const steps = Math.min(400, Math.ceil(way.metres / STEP_M));
    for (let step = 1; step < steps; step += 1) line.push(beside(go(from, way.bearing, (way.metres * step) / steps), line.at(-1)));
    line.push(beside(to, line.at(-1)));
  }
  return line;
}

/** A closed ring of places so far from a centre. */
export function ringAround(centre: Point, metres: number, corners = 72): Point[] {
  const ring: Point[] = [];
  for (let corner = 0; corner <= corners; corner += 1) ring.push(beside(go(centre, (360 * corner) / corners, metres), ring.at(-1) ?? centre));
  return ring;
}

/** As `ringAround`, on a sphere: within half a percent, for what moves with the hand. */
export function quickRing(centre: Point, metres: number, corners = 24): Point[] {
  const [lat, angle] = [centre[1] * RADIANS, metres / MEAN_RADIUS_M];
  const ring: Point[] = [];
  for (let corner = 0; corner <= corners; corner += 1) {
    const bearing = (2 * Math.PI * corner) / corners;
    const sine = Math.sin(lat) * Math.cos(angle) + Math.cos(lat) * Math.sin(angle) * Math.cos(bearing);
    const east = Math.atan2(Math.sin(bearing) * Math.sin(angle) * Math.cos(lat), Math.cos(angle) - Math.sin(lat) * sine);
    ring.push(beside([centre[0] + east / RADIANS, Math.asin(Math.max(-1, Math.min(1, sine))) / RADIANS], ring.at(-1) ?? centre));
  }
  return ring;
}

function turned(degrees: number): number {
  return ((degrees % 360) + 360) % 360;
}
