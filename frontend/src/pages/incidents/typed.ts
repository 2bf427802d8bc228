/** A version of an incident as it is typed, kept as a draft; and what is asked of our node from it. */

import type { IncidentDraft, IncidentSheet, StatedValues } from '../../generated/types';
import { formatTime } from '../../lib/time';
import { noAltitude, type AltitudeTyped } from '../notices/typed';

export const TEXT_FIELDS = [
  'our_platform', 'other_platform', 'forces', 'damage', 'casualties', 'measures', 'contact_point', 'provision',
] as const;
export type TextField = (typeof TEXT_FIELDS)[number];

export interface IncidentTyped {
  form: string;
  precedence: string;
  to_posts: string[];
  start: string;
  end: string;
  about: boolean;
  position: string;
  uncertainty: string;
  place: string;
  altitude: AltitudeTyped;
  texts: Record<TextField, string>;
  coordinated: string;
  words: string;
  notice: string;
}

export function noIncident(form: string, precedence: string, toPosts: readonly string[], notice: string): IncidentTyped {
  return {
    form,
    precedence,
    to_posts: [...toPosts],
    start: '',
    end: '',
    about: false,
    position: '',
    uncertainty: '',
    place: '',
    altitude: noAltitude(),
    texts: noTexts(),
    coordinated: '',
    words: '',
    notice,
  };
}

function noTexts(): Record<TextField, string> {
  return Object.fromEntries(TEXT_FIELDS.map((field) => [field, ''])) as Record<TextField, string>;
}

/** What stands now, as it would be typed: an amendment says all of a version anew. */
export function typedOf(incident: IncidentSheet): IncidentTyped {
  const said = new Map(incident.fields.map((field) => [field.field, field.said]));
  const text = (field: string): string => said.get(field)?.text ?? '';
  const when = said.get('when');
  return {
    ...noIncident(incident.line.form, incident.line.precedence.toLowerCase(), incident.thread.to_posts, incident.thread.notice),
    start: timeOf(when?.start_ms),
    end: when && when.end_ms !== when.start_ms ? timeOf(when.end_ms) : '',
    about: when?.about ?? false,
    position: said.get('position')?.position?.degrees ?? '',
    uncertainty: said.get('uncertainty')?.count === undefined || said.get('uncertainty') === null ? '' : `${said.get('uncertainty')?.count} m`,
    place: text('place'),
    altitude: altitudeOf(said.get('altitude') ?? null),
    texts: Object.fromEntries(TEXT_FIELDS.map((field) => [field, text(field)])) as Record<TextField, string>,
    coordinated: yesNo(said.get('coordinated') ?? null),
    words: text('words'),
  };
}

function timeOf(instantMs: number | null | undefined): string {
  return instantMs === null || instantMs === undefined ? '' : formatTime(instantMs);
}

function altitudeOf(said: StatedValues | null): AltitudeTyped {
  const altitude = said?.altitude;
  if (!altitude || altitude.value === null) return noAltitude();
  return { limit: 'altitude', value: String(altitude.value), unit: altitude.unit ?? 'm', datum: altitude.datum ?? 'amsl' };
}

function yesNo(said: StatedValues | null): string {
  if (said?.yes === null || said?.yes === undefined) return '';
  return said.yes ? 'yes' : 'no';
}

export function draftOf(typed: IncidentTyped, amends: string | null): IncidentDraft {
  const { texts, notice, ...rest } = typed;
  return { ...rest, ...texts, notice: notice.trim() || null, amends };
}
