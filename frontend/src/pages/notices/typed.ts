/** A notice as it is typed, kept as a draft; and what is asked of our node from it. */

import type { AltitudeDraft, AltitudeValues, NoticeDraft, NoticeValues, PositionValues, ShapeName, VolumeDraft, VolumeValues } from '../../generated/types';
import type { DraftShape, Kind, Point } from '../../map/shape';
import { wrap } from '../../map/shape';
import { formatTime } from '../../lib/time';
import { ruleOf } from './notices';

export interface AltitudeTyped {
  limit: 'not_stated' | 'surface' | 'unlimited' | 'altitude';
  value: string;
  unit: string;
  datum: string;
}

export interface RingTyped {
  positions: string;
  hole: boolean;
}

export interface VolumeTyped {
  shape: ShapeName;
  rings: RingTyped[];
  reach: string;
  lower: AltitudeTyped;
  upper: AltitudeTyped;
  start: string;
  end: string;
}

export interface CheckPointTyped {
  name: string;
  position: string;
  planned: string;
}

export interface NoticeTyped {
  form: number;
  title: string;
  volumes: VolumeTyped[];
  fields: Record<string, string>;
  movement: string;
  check_points: CheckPointTyped[];
  wants_answer: boolean;
  /** One on each line. */
  units: string;
  remarks: string;
  words: string;
}

export const SHAPES: readonly ShapeName[] = ['circle', 'polygon', 'corridor', 'track'];
export const UNITS = ['m', 'ft', 'fl'] as const;
export const DATUMS = ['amsl', 'hae', 'agl', 'std'] as const;

export function noAltitude(): AltitudeTyped {
  return { limit: 'not_stated', value: '', unit: 'm', datum: 'amsl' };
}

export function noVolume(): VolumeTyped {
  return { shape: 'circle', rings: [{ positions: '', hole: false }], reach: '', lower: noAltitude(), upper: noAltitude(), start: '', end: '' };
}

export function noNotice(form: number): NoticeTyped {
  return {
    form,
    title: '',
    volumes: [noVolume()],
    fields: {},
    movement: '',
    check_points: [],
    wants_answer: ruleOf(form)?.must_ask ?? false,
    units: '',
    remarks: '',
    words: '',
  };
}

/** What is asked of our node; `amends`: the notice that is amended. */
export function draftOf(typed: NoticeTyped, amends: string | null): NoticeDraft {
  const rule = ruleOf(typed.form);
  const stated = rule?.fields.map((field) => ({ number: field.number, text: (typed.fields[field.number] ?? '').trim() })) ?? [];
  return {
    form: typed.form,
    title: typed.title.trim(),
    volumes: typed.volumes.map(volumeOf),
    fields: stated.filter((field) => field.text !== ''),
    movement: typed.movement.trim(),
    check_points: typed.check_points.filter((point) => point.name.trim() || point.position.trim()),
    wants_answer: rule?.must_ask || (rule?.may_ask && typed.wants_answer) || false,
    units: typed.units.split('\n').map((unit) => unit.trim()).filter(Boolean),
    remarks: typed.remarks.trim(),
    amends,
  };
}

export function volumeOf(typed: VolumeTyped): VolumeDraft {
  return {
    shape: typed.shape,
    rings: typed.shape === 'polygon' ? typed.rings : typed.rings.slice(0, 1),
    reach: typed.shape === 'polygon' ? '' : typed.reach.trim(),
    lower: altitudeOf(typed.lower),
    upper: altitudeOf(typed.upper),
    start: typed.start.trim(),
    end: typed.end.trim(),
  };
}

function altitudeOf(typed: AltitudeTyped): AltitudeDraft {
  if (typed.limit !== 'altitude') return { limit: typed.limit };
  return { ...typed, datum: typed.unit === 'fl' ? 'std' : typed.datum };
}

/** What a form begins with: all that a notice says now. */
export function typedOf(notice: NoticeValues): NoticeTyped {
  return {
    form: notice.line.form,
    title: notice.line.title,
    volumes: notice.volumes.map(typedVolume),
    fields: Object.fromEntries(notice.fields.map((field) => [field.number, field.text])),
    movement: notice.line.movement,
    check_points: notice.check_points.map((point) => ({
      name: point.name,
      position: exactly(point.position),
      planned: point.planned_ms === null ? '' : formatTime(point.planned_ms),
    })),
    wants_answer: notice.line.wants_answer,
    units: notice.units.join('\n'),
    remarks: notice.remarks,
    words: '',
  };
}

function typedVolume(volume: VolumeValues): VolumeTyped {
  return {
    shape: volume.shape,
    rings: volume.rings.map((ring) => ({ positions: ring.positions.map(exactLine).join('\n'), hole: ring.hole })),
    reach: volume.reach_dm === null ? '' : `${volume.reach_dm / 10} m`,
    lower: typedAltitude(volume.lower),
    upper: typedAltitude(volume.upper),
    start: volume.shape === 'track' || volume.start_ms === null ? '' : formatTime(volume.start_ms),
    end: volume.shape === 'track' || volume.end_ms === null ? '' : formatTime(volume.end_ms),
  };
}

function typedAltitude(altitude: AltitudeValues): AltitudeTyped {
  if (altitude.limit !== 'altitude') return { ...noAltitude(), limit: altitude.limit };
  return { limit: 'altitude', value: String(altitude.value ?? ''), unit: altitude.unit ?? 'm', datum: altitude.datum ?? 'amsl' };
}

function exactLine(position: PositionValues): string {
  return position.at_ms === null ? exactly(position) : `${exactly(position)} @ ${formatTime(position.at_ms)}`;
}

/** All seven decimals, so that what nobody changes stays as it was to the last digit. */
function exactly(position: PositionValues): string {
  return `${decimals(position.lat_e7, 'N', 'S')} ${decimals(position.lon_e7, 'E', 'W')}`;
}

function decimals(e7: number, positive: string, negative: string): string {
  const digits = String(Math.abs(e7)).padStart(8, '0');
  return `${digits.slice(0, -7)}.${digits.slice(-7)}${e7 < 0 ? negative : positive}`;
}

// --- the map ---------------------------------------------------------------------------------------------------

/** What the map draws of the positions that were read; null: none was. */
export function shapeOf(kind: Kind, rings: readonly (readonly PositionValues[])[], reach: string): DraftShape | null {
  const points = rings.map((ring) => ring.map((each): Point => [each.lon_e7 / 1e7, each.lat_e7 / 1e7]));
  const [first = []] = points;
  const [centre] = first;
  if (!centre) return null;
  const metres = metresOf(reach);
  switch (kind) {
    case 'circle':
      return { kind, centre, radius_m: metres };
    case 'polygon':
      return { kind, rings: points };
    case 'corridor':
      return { kind, line: first, half_width_m: metres };
    case 'track':
      return { kind, fixes: first.map((point, index) => ({ point, at_ms: rings[0]?.[index]?.at_ms ?? null })), buffer_m: metres };
  }
}

/** Write what was drawn as it would be typed: five decimals, about a metre. */
export function typeShape(volume: VolumeTyped, shape: DraftShape): void {
  const write = (points: readonly Point[]): string => points.map(written).join('\n');
  const holes = volume.rings.slice(1);
  switch (shape.kind) {
    case 'circle':
      volume.rings = [{ positions: written(shape.centre), hole: false }];
      volume.reach = metresWritten(shape.radius_m);
      break;
    case 'polygon':
      volume.rings = [{ positions: write(shape.rings[0] ?? []), hole: false }, ...holes];
      break;
    case 'corridor':
      volume.rings = [{ positions: write(shape.line), hole: false }];
      volume.reach = metresWritten(shape.half_width_m);
      break;
    case 'track':
      volume.rings = [{ positions: shape.fixes.map(({ point, at_ms }) => `${written(point)} @ ${at_ms === null ? '' : formatTime(at_ms)}`).join('\n'), hole: false }];
      volume.reach = metresWritten(shape.buffer_m);
  }
}

function written([longitude, latitude]: Point): string {
  const east = wrap(longitude);
  return `${Math.abs(latitude).toFixed(5)}${latitude < 0 ? 'S' : 'N'} ${Math.abs(east).toFixed(5)}${east < 0 ? 'W' : 'E'}`;
}

function metresWritten(metres: number): string {
  return metres > 0 ? `${Math.round(metres)} m` : '';
}

const METRES = { m: 1, km: 1_000, nm: 1_852 } as const;

/** For drawing alone: our node reads what was typed. */
function metresOf(reach: string): number {
  const [, value = '', unit = 'm'] = /^([\d.,]+)\s*(m|km|nm)?$/i.exec(reach.trim()) ?? [];
  const metres = Number(value.replace(',', '.')) * METRES[unit.toLowerCase() as keyof typeof METRES];
  return Number.isFinite(metres) ? metres : 0;
}
