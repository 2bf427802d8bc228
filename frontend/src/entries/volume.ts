/** Volumes as a body carries them, and what is said of them. The twin of wire/volumes.py and services/notices/limits.py. */

import { formatSecond } from '../lib/time';
import { isBytes, isMap, type Value } from '../proof/cbor';
import { asList, asNatural, Unreadable } from './fields';

export type Row = readonly [code: string, value: string];

/** Latitude and longitude in units of 1e-7 degree. */
export interface Place {
  readonly lat: bigint;
  readonly lon: bigint;
}

const E7 = 10_000_000n;
const MAX_LATITUDE = 90n * E7;
const MAX_LONGITUDE = 180n * E7;
const MAX_POSITIONS = 1_000;
const MAX_VOLUMES = 16;
/** Of latitude and longitude that all edges pass together. */
const MAX_EDGES = 600n * E7;
const MAX_LENGTH = 100_000_000n;
const MAX_ALTITUDE = 10_000_000n;
const MAX_BITS = 63n;
const LATEST_MS = 253_402_300_800_000n;
const UNITS = ['', 'm', 'ft', 'FL'];
const DATUMS = ['', 'AMSL', 'HAE', 'STD', 'AGL'];
/** Fifths of a millimetre in a unit. */
const FIFTHS = [0n, 5_000n, 1_524n, 152_400n];
const [CIRCLE, POLYGON, CORRIDOR, TRACK] = [1, 2, 3, 4];
const FLIGHT_LEVEL = 3;
const STANDARD = 3;
const GROUND = 4;

interface Shape {
  readonly row: Row;
  readonly count: number;
  readonly passed: bigint;
  readonly isTrack: boolean;
}

/** Says each volume; throws Unreadable where one cannot be. */
export function volumesRows(value: Value | undefined): Row[] {
  const found = asList(value);
  if (found.length === 0 || found.length > MAX_VOLUMES) throw new Unreadable();
  const read = found.map(readVolume);
  if (read.reduce((sum, each) => sum + each.count, 0) > MAX_POSITIONS) throw new Unreadable();
  if (read.reduce((sum, each) => sum + each.passed, 0n) > MAX_EDGES) throw new Unreadable();
  return read.flatMap((each) => each.rows);
}

/** `31.5000000N 34.4500000E`. */
export function placeWords({ lat, lon }: Place): string {
  return `${degrees(lat)}${lat < 0n ? 'S' : 'N'} ${degrees(lon)}${lon < 0n ? 'W' : 'E'}`;
}

/** One position alone; throws Unreadable. */
export function asPlace(value: Value | undefined): Place {
  const [place, ...more] = unpack(value, 2).map(([lat = 0n, lon = 0n]) => ({ lat, lon }));
  if (!place || more.length > 0) throw new Unreadable();
  return place;
}

/** An instant before the year 10000. */
export function asInstant(value: Value | undefined): bigint {
  const found = BigInt(asNatural(value));
  if (found >= LATEST_MS) throw new Unreadable();
  return found;
}

function readVolume(value: Value): { rows: Row[]; count: number; passed: bigint } {
  if (!isMap(value) || [...value.keys()].some((key) => key > 4)) throw new Unreadable();
  const shape = readShape(asList(value.get(0)));
  const [start, end] = [3, 4].map((key) => (value.has(key) ? asInstant(value.get(key)) : null));
  if (shape.isTrack && (start !== null || end !== null)) throw new Unreadable();
  if (typeof start === 'bigint' && typeof end === 'bigint' && start > end) throw new Unreadable();
  const times = [start, end].map((each) => (typeof each === 'bigint' ? formatSecond(Number(each)) : ''));
  const window: Row[] = times.some((each) => each !== '') ? [['notices-window', times.join(' - ')]] : [];
  return { rows: [shape.row, ...bandRows(value.get(1), value.get(2)), ...window], count: shape.count, passed: shape.passed };
}

function readShape([kind, first, second, ...more]: readonly Value[]): Shape {
  if (more.length > 0 || typeof kind !== 'number') throw new Unreadable();
  switch (kind) {
    case CIRCLE:
      return { row: ['notices-circle', `${placeWords(asPlace(first))}, ${metres(second)}`], count: 1, passed: 0n, isTrack: false };
    case POLYGON:
      if (second !== undefined) throw new Unreadable();
      return polygon(filled(first).map((part) => filled(part).map((ring) => places(ring, 3))));
    case CORRIDOR: {
      const line = places(first, 2);
      return { row: ['notices-corridor', `${line.map(placeWords).join('; ')}, ${metres(second)}`], count: line.length, passed: passedBy([line]), isTrack: false };
    }
    case TRACK:
      return track(unpack(first, 3), metres(second));
    default:
      throw new Unreadable();
  }
}

function polygon(parts: readonly (readonly Place[][])[]): Shape {
  const words = parts.map((part) => part.map((ring) => ring.map(placeWords).join('; ')).join(' / ')).join(' | ');
  const closed = parts.flat().map((ring) => [...ring, ...ring.slice(0, 1)]);
  return { row: ['notices-polygon', words], count: parts.flat(2).length, passed: passedBy(closed), isTrack: false };
}

function passedBy(lines: readonly (readonly Place[])[]): bigint {
  const steps = lines.flatMap((line) => line.slice(1).map((end, number) => [line[number] ?? end, end] as const));
  return steps.reduce((sum, [start, end]) => sum + size(end.lat - start.lat) + size(wrapped(end.lon - start.lon)), 0n);
}

function size(number: bigint): bigint {
  return number < 0n ? -number : number;
}

function track(fixes: readonly bigint[][], around: string): Shape {
  const times = fixes.map(([, , at = -1n]) => at);
  const isForward = times.every((at, number) => at >= 0n && at < LATEST_MS && (number === 0 || (times[number - 1] ?? at) < at));
  if (fixes.length < 2 || !isForward) throw new Unreadable();
  const words = fixes.map(([lat = 0n, lon = 0n, at = 0n]) => `${formatSecond(Number(at))} ${placeWords({ lat, lon })}`);
  const passed = passedBy([fixes.map(([lat = 0n, lon = 0n]) => ({ lat, lon }))]);
  return { row: ['notices-track', `${words.join('; ')}, ${around}`], count: fixes.length, passed, isTrack: true };
}

function filled(value: Value | undefined): readonly Value[] {
  const found = asList(value);
  if (found.length === 0) throw new Unreadable();
  return found;
}

function places(value: Value | undefined, least: number): Place[] {
  const found = unpack(value, 2).map(([lat = 0n, lon = 0n]) => ({ lat, lon }));
  if (found.length < least) throw new Unreadable();
  return found;
}

function metres(value: Value | undefined): string {
  const length = BigInt(asNatural(value));
  if (length > MAX_LENGTH) throw new Unreadable();
  return `${length / 10n}.${length % 10n} m`;
}

function degrees(e7: bigint): string {
  const whole = size(e7);
  return `${whole / E7}.${String(whole % E7).padStart(7, '0')}`;
}

// --- altitudes ---

export interface Altitude {
  readonly value: bigint;
  readonly unit: number;
  readonly datum: number;
}

function bandRows(lower: Value | undefined, upper: Value | undefined): Row[] {
  const [low, high] = [lower, upper].map((each) => (each === undefined ? null : readBound(each)));
  if (low === 2 || isAbove(low ?? null, high ?? null)) throw new Unreadable();
  return [...boundRows('lower', low ?? null), ...boundRows('upper', high ?? null)];
}

export function readBound(value: Value): number | Altitude {
  if (value === 1 || value === 2) return value;
  const [height, unit, datum, ...more] = asList(value);
  if (more.length > 0 || !isWhole(height) || typeof unit !== 'number' || typeof datum !== 'number') throw new Unreadable();
  const altitude = { value: BigInt(height), unit, datum };
  const isKnown = unit >= 1 && unit < UNITS.length && datum >= 1 && datum < DATUMS.length;
  if (!isKnown || (unit === FLIGHT_LEVEL) !== (datum === STANDARD)) throw new Unreadable();
  if (altitude.value > MAX_ALTITUDE || altitude.value < -MAX_ALTITUDE) throw new Unreadable();
  return altitude;
}

function isWhole(value: Value | undefined): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}

function isAbove(lower: number | Altitude | null, upper: number | Altitude | null): boolean {
  if (lower === null || typeof lower === 'number') return false;
  if (upper === 1) return lower.value > 0n && lower.datum === GROUND;
  if (upper === null || typeof upper === 'number') return false;
  return lower.datum === upper.datum && lower.value * (FIFTHS[lower.unit] ?? 0n) > upper.value * (FIFTHS[upper.unit] ?? 0n);
}

function boundRows(name: string, bound: number | Altitude | null): Row[] {
  if (bound === null) return [];
  if (typeof bound === 'number') return [[`notices-${name}-${bound}`, '']];
  return [[`notices-${name}`, altitudeWords(bound)]];
}

/** `3000 ft AMSL`, `FL120`. */
export function altitudeWords({ value, unit, datum }: Altitude): string {
  if (unit !== FLIGHT_LEVEL) return `${value} ${UNITS[unit] ?? ''} ${DATUMS[datum] ?? ''}`;
  return value < 0n ? `FL-${String(-value).padStart(2, '0')}` : `FL${String(value).padStart(3, '0')}`;
}

// --- packed numbers ---

function unpack(value: Value | undefined, width: number): bigint[][] {
  if (!isBytes(value)) throw new Unreadable();
  const numbers = readNumbers(value, width * MAX_POSITIONS);
  if (numbers.length === 0 || numbers.length % width !== 0) throw new Unreadable();
  const rows: bigint[][] = [];
  let now = Array<bigint>(width).fill(0n);
  for (let start = 0; start < numbers.length; start += width) {
    const steps = numbers.slice(start, start + width);
    const east = steps[1] ?? 0n;
    if (east < -MAX_LONGITUDE || east >= MAX_LONGITUDE) throw new Unreadable();
    now = now.map((last, place) => last + (steps[place] ?? 0n));
    now[1] = wrapped(now[1] ?? 0n);
    const lat = now[0] ?? 0n;
    if (lat > MAX_LATITUDE || lat < -MAX_LATITUDE) throw new Unreadable();
    rows.push(now);
  }
  return rows;
}

function wrapped(lon: bigint): bigint {
  const turn = 2n * MAX_LONGITUDE;
  return ((((lon + MAX_LONGITUDE) % turn) + turn) % turn) - MAX_LONGITUDE;
}

/** Signed numbers in groups of seven bits, least first, each in its shortest form. */
function readNumbers(data: Uint8Array, most: number): bigint[] {
  const found: bigint[] = [];
  let number = 0n;
  let shift = 0n;
  for (const byte of data) {
    number |= BigInt(byte & 0x7f) << shift;
    if (byte & 0x80) {
      shift += 7n;
      if (shift >= MAX_BITS) throw new Unreadable();
      continue;
    }
    if ((byte === 0 && shift > 0n) || found.length >= most) throw new Unreadable();
    found.push(number & 1n ? -(number >> 1n) - 1n : number >> 1n);
    number = 0n;
    shift = 0n;
  }
  if (shift > 0n) throw new Unreadable();
  return found;
}
