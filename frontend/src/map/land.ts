/** Land and coastlines, as `scripts/land.ts` wrote them, and the net of meridians and parallels: no border, no name. */

import type { Feature, FeatureCollection, LineString, Polygon } from 'geojson';
import landUrl from '../../node_modules/.map/land.json?url';

interface Written {
  readonly units: number;
  readonly polygons: readonly (readonly (readonly number[])[])[];
}
type Position = [number, number];

type Base = FeatureCollection<Polygon | LineString>;

const NET_DEG = 10;

let asked: Promise<Base> | undefined;

/** Fetch land and coasts once, with the net beside them; a failure may be tried again. */
export function loadBase(): Promise<Base> {
  asked ??= fetchBase().catch((problem: unknown) => {
    asked = undefined;
    throw problem;
  });
  return asked;
}

async function fetchBase(): Promise<Base> {
  const answer = await fetch(landUrl, { credentials: 'same-origin' });
  if (!answer.ok) throw new Error(`${landUrl}: ${answer.status}`);
  const { units, polygons } = (await answer.json()) as Written;
  const rings = polygons.map((polygon) => polygon.map((ring) => decodeRing(ring, units)));
  return {
    type: 'FeatureCollection',
    features: [
      ...rings.map((polygon) => feature({ type: 'Polygon', coordinates: polygon.map(closed) })),
      ...rings.flat().map((ring) => feature({ type: 'LineString', coordinates: coastOf(ring) }, 'coast')),
      ...netLines().map((coordinates) => feature({ type: 'LineString', coordinates }, 'net')),
    ],
  };
}

/** Steps after the first position become positions. */
export function decodeRing(steps: readonly number[], units: number): Position[] {
  const ring: Position[] = [];
  let [x, y] = [0, 0];
  for (let at = 0; at + 1 < steps.length; at += 2) {
    x += steps[at] ?? 0;
    y += steps[at + 1] ?? 0;
    ring.push([x / units, y / units]);
  }
  return ring;
}

function closed(ring: readonly Position[]): Position[] {
  return [...ring, ...ring.slice(0, 1)];
}

/** A ring that was closed over a pole has no coast there. */
function coastOf(ring: readonly Position[]): Position[] {
  const onEarth = ring.filter(([, latitude]) => Math.abs(latitude) < 90);
  return onEarth.length < ring.length ? onEarth : closed(ring);
}

function netLines(): Position[][] {
  const lines: Position[][] = [];
  for (let longitude = -180; longitude < 180; longitude += NET_DEG) lines.push(along((latitude) => [longitude, latitude], -85, 85));
  for (let latitude = -80; latitude <= 80; latitude += NET_DEG) lines.push(along((longitude) => [longitude, latitude], -180, 180));
  return lines;
}

function along(place: (degree: number) => Position, from: number, to: number): Position[] {
  return Array.from({ length: (to - from) / 5 + 1 }, (_, step) => place(from + 5 * step));
}

function feature<G extends Polygon | LineString>(geometry: G, line = ''): Feature<G> {
  return { type: 'Feature', properties: { line }, geometry };
}
