/** What points make: the shape of a form, and what a map shows of it before and after. */

import type { Geometry } from 'geojson';

import { lineThrough, ringAround } from './geodesy';
import { beside, type DraftShape, type Kind, type Point } from './shape';

const FIRST_RADIUS_M = 9_260;
const FIRST_HALF_WIDTH_M = 1_852;
const MOST_CAPS = 64;
const NEAR_DEG = 1e-3;

/** How many points a shape has at least. */
export function minimumOf(kind: Kind): number {
  return { circle: 1, polygon: 3, corridor: 2, track: 2 }[kind];
}

/** The shape of a kind through points; what is not drawn (widths, times, holes) stays as it was. Null: too few points. */
export function shapeOf(kind: Kind, points: readonly Point[], before: DraftShape | null, radius_m?: number): DraftShape | null {
  const [first] = points;
  if (!first || points.length < minimumOf(kind)) return null;
  switch (kind) {
    case 'circle':
      return { kind, centre: first, radius_m: radius_m ?? (before?.kind === kind ? before.radius_m : FIRST_RADIUS_M) };
    case 'polygon':
      return { kind, rings: [points, ...(before?.kind === kind ? before.rings.slice(1) : [])] };
    case 'corridor':
      return { kind, line: points, half_width_m: before?.kind === kind ? before.half_width_m : FIRST_HALF_WIDTH_M };
    case 'track': {
      const fixes = before?.kind === kind ? before.fixes : [];
      return { kind, fixes: points.map((point, index) => ({ point, at_ms: fixes[index]?.at_ms ?? null })), buffer_m: before?.kind === kind ? before.buffer_m : FIRST_RADIUS_M };
    }
  }
}

/** Whether a form has read what was drawn: as many points, each where it was written. */
export function isSame(drawn: readonly Point[], read: readonly Point[]): boolean {
  return drawn.length === read.length && drawn.every((point, index) => isNear(point, read[index]));
}

function isNear(point: Point, other: Point | undefined): boolean {
  const near = other && beside(other, point);
  return near !== undefined && Math.hypot(near[0] - point[0], near[1] - point[1]) < NEAR_DEG;
}

/** A track without one of its fixes: the others keep their times. */
export function without(shape: DraftShape, index: number): DraftShape {
  return shape.kind === 'track' ? { ...shape, fixes: shape.fixes.filter((_, each) => each !== index) } : shape;
}

/** What the map shows: edges as geodesics, a width as circles about the points; our node makes the true outline. */
export function geometriesOf(shape: DraftShape | null, kind: Kind, points: readonly Point[]): Geometry[] {
  if (shape?.kind === 'circle') return [polygon([ringAround(shape.centre, shape.radius_m)])];
  if (shape?.kind === 'polygon') return [polygon(shape.rings.map((ring) => lineThrough([...ring, ...ring.slice(0, 1)])))];
  if (points.length < 2) return [];
  const line: Geometry = { type: 'LineString', coordinates: lineThrough(points).map(written) };
  if (kind === 'polygon' || !shape) return [line];
  const reach_m = shape.kind === 'corridor' ? shape.half_width_m : shape.buffer_m;
  return [line, ...points.slice(0, MOST_CAPS).map((point) => polygon([ringAround(point, reach_m, 48)]))];
}

/** Pixels that an arrow moves a point by; with Shift ten times as far. */
export function keyStep({ key, shiftKey }: KeyboardEvent): readonly [number, number] | null {
  const by = shiftKey ? 20 : 2;
  const steps: Readonly<Record<string, readonly [number, number]>> = { ArrowLeft: [-by, 0], ArrowRight: [by, 0], ArrowUp: [0, -by], ArrowDown: [0, by] };
  return steps[key] ?? null;
}

function polygon(rings: readonly (readonly Point[])[]): Geometry {
  return { type: 'Polygon', coordinates: rings.map((ring) => ring.map(written)) };
}

function written(point: Point): [number, number] {
  return [point[0], point[1]];
}
