/**
 * Makes the coastlines of the map from Natural Earth, as `world-atlas` brings them: land and sea, and no border.
 *
 * Those polygons are for drawing on a sphere: where one crosses the antimeridian its longitudes jump, and the ring of
 * Antarctica goes round the pole. On a flat map both would fill the wrong side. So each ring is unwrapped, one that goes
 * round a pole is closed over it, and all is written as whole numbers, differences after the first position.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { feature } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';

type Position = readonly number[];

const BUILT = join(import.meta.dirname, '../node_modules/.map');
/** A unit is half a kilometre at most: finer than the lines of this scale (1:50,000,000) are. */
const UNITS_IN_A_DEGREE = 200;

const atlas = JSON.parse(readFileSync(createRequire(import.meta.url).resolve('world-atlas/land-50m.json'), 'utf8')) as Topology<{
  land: GeometryCollection;
}>;

const polygons = feature(atlas, atlas.objects.land).features.flatMap(({ geometry }) => {
  if (geometry.type === 'Polygon') return [geometry.coordinates];
  if (geometry.type === 'MultiPolygon') return geometry.coordinates;
  throw new Error(`land is made of polygons, not of ${geometry.type}`);
});

mkdirSync(BUILT, { recursive: true });
const written = { units: UNITS_IN_A_DEGREE, polygons: polygons.filter(hasArea).map(cutAnew) };
writeFileSync(join(BUILT, 'land.json'), JSON.stringify(written));

/** One part of Antarctica is nothing but the pole. */
function hasArea([shell = []]: readonly (readonly Position[])[]): boolean {
  return shell.some(([, latitude = 0]) => latitude !== shell[0]?.[1]);
}

/** The shell and its holes on one side of the world, each ring as whole numbers. */
function cutAnew(rings: readonly (readonly Position[])[]): number[][] {
  const unwrapped = rings.map(unwrap).map(closeOverPole);
  const [shell = []] = unwrapped;
  const middle = middleOf(shell);
  return unwrapped.map((ring) => encode(turned(ring, Math.round((middle - middleOf(ring)) / 360) * 360 - Math.round(middle / 360) * 360)));
}

/** Let longitudes run on where the ring crosses the antimeridian. */
function unwrap(ring: readonly Position[]): Position[] {
  let turns = 0;
  return ring.map(([longitude = 0, latitude = 0], index) => {
    const step = longitude - (ring[index - 1]?.[0] ?? longitude);
    turns -= 360 * Math.round(step / 360);
    return [longitude + turns, latitude];
  });
}

/** A ring that ends a whole turn from where it began holds a pole. */
function closeOverPole(ring: Position[]): Position[] {
  const [first, last] = [ring[0] ?? [0, 0], ring.at(-1) ?? [0, 0]];
  if (Math.abs((last[0] ?? 0) - (first[0] ?? 0)) < 180) return ring;
  const pole = (first[1] ?? 0) < 0 ? -90 : 90;
  return [...ring, [last[0] ?? 0, pole], [first[0] ?? 0, pole], first];
}

function middleOf(ring: readonly Position[]): number {
  const longitudes = ring.map(([longitude = 0]) => longitude);
  return (Math.min(...longitudes) + Math.max(...longitudes)) / 2;
}

function turned(ring: readonly Position[], by: number): Position[] {
  return ring.map(([longitude = 0, latitude = 0]) => [longitude + by, latitude]);
}

/** `[lon, lat, step in lon, step in lat, ...]`, the closing position left out, what falls on the one before it too. */
function encode(ring: readonly Position[]): number[] {
  const whole: number[] = [];
  let [atLongitude, atLatitude] = [0, 0];
  for (const [longitude = 0, latitude = 0] of ring.slice(0, -1)) {
    const [x, y] = [Math.round(longitude * UNITS_IN_A_DEGREE), Math.round(latitude * UNITS_IN_A_DEGREE)];
    if (whole.length > 0 && x === atLongitude && y === atLatitude) continue;
    whole.push(x - atLongitude, y - atLatitude);
    [atLongitude, atLatitude] = [x, y];
  }
  return whole;
}
