/**
 * What is drawn on the map, and what a form of a notice gives to draw: degrees as numbers, metres.
 *
 * A longitude may run beyond 180 where something is drawn across the antimeridian; whoever sends it wraps it first.
 */

/** Longitude, latitude. */
export type Point = readonly [number, number];

export type Kind = 'circle' | 'polygon' | 'corridor' | 'track';

export interface DraftCircle {
  readonly kind: 'circle';
  readonly centre: Point;
  readonly radius_m: number;
}

/** One part: its shell, then its holes; no ring is closed by its first point. */
export interface DraftPolygon {
  readonly kind: 'polygon';
  readonly rings: readonly (readonly Point[])[];
}

export interface DraftCorridor {
  readonly kind: 'corridor';
  readonly line: readonly Point[];
  readonly half_width_m: number;
}

/** `at_ms`: when it is there, UTC; null: not stated yet. */
export interface DraftTrack {
  readonly kind: 'track';
  readonly fixes: readonly { readonly point: Point; readonly at_ms: number | null }[];
  readonly buffer_m: number;
}

export type DraftShape = DraftCircle | DraftPolygon | DraftCorridor | DraftTrack;

/** The points that make a shape, in their order; holes of a polygon are not drawn, they are typed. */
export function pointsOf(shape: DraftShape | null): readonly Point[] {
  switch (shape?.kind) {
    case undefined:
      return [];
    case 'circle':
      return [shape.centre];
    case 'polygon':
      return shape.rings[0] ?? [];
    case 'corridor':
      return shape.line;
    case 'track':
      return shape.fixes.map((fix) => fix.point);
  }
}

/** Bring a longitude between -180 (included) and 180 (not included). */
export function wrap(longitude: number): number {
  return ((((longitude + 180) % 360) + 360) % 360) - 180;
}

/** The same place, written so that it is not more than half the world from `near`: lines do not run round the Earth. */
export function beside(point: Point, near: Point | undefined): Point {
  if (!near) return point;
  const turns = Math.round((near[0] - point[0]) / 360);
  return [point[0] + 360 * turns, point[1]];
}
