/** What the parts of the page Incidents share: codes as words, what a side states, what is owed. */

import type { IncidentLine, IncidentSheet, OwedValues, StatedValues } from '../../generated/types';
import { partyCode } from '../../lib/desk';
import { live } from '../../lib/live.svelte';
import { durationWords } from '../../lib/duration';
import { formatTime } from '../../lib/time';
import { counted, say, words } from '../../lib/words.svelte';

export function hrefOf(number: string): string {
  return `#/incidents/${number}`;
}

export function formWords(form: string): string {
  return form ? say(`incident-form-${form}`) : say('form-unknown');
}

export function stateWords(state: string): string {
  return say(`incident-state-${state}`);
}

/** The name of a field; those of a version have words of the record, the rest words of the page. */
export function fieldWords(field: string): string {
  const name = field.replaceAll('_', '-');
  const found = [`incident-field-${name}`, `incident-page-field-${name}`].find((key) => words.has(key));
  return found ? say(found) : field;
}

export function effectWords(effect: string): string {
  const key = `incident-effect-${effect.replaceAll('_', '-')}`;
  return words.has(key) ? say(key) : effect;
}

/** From when to when, as it is stated; one instant stands once. */
export function whenWords(when: StatedValues): string {
  const start = formatTime(when.start_ms ?? 0);
  const said = when.end_ms === when.start_ms ? start : say('incident-page-span', { start, end: formatTime(when.end_ms ?? 0) });
  return when.about ? say('incident-page-about', { time: said }) : said;
}

/** Who owes what by when: a reply, or a meeting; what is late says since when. */
export function owedWords(owed: OwedValues, nowMs: number): string {
  const isOurs = owed.of === live.desk?.party;
  const kind = owed.asks === 'meeting' ? 'meeting' : isOurs ? 'reply-of-ours' : 'reply';
  const values = { party: partyCode(owed.of), time: formatTime(minute(owed.due_ms)) };
  if (!owed.overdue) return say(`incident-page-owes-${kind}`, values);
  const age = durationWords(Math.floor(Math.max(0, nowMs - owed.due_ms) / 60_000) * 60);
  return say(`incident-page-late-${kind}`, { ...values, age });
}

/** A time that comes by a clock, cut to its minute: nobody counts seconds of 48 hours. */
export function minute(instantMs: number): number {
  return Math.floor(instantMs / 60_000) * 60_000;
}

export function metres(distance: number): string {
  return distance < 10_000 ? `${counted(distance)}\u202fm` : `${counted(Math.round(distance / 1000))}\u202fkm`;
}

/** Our version of an event, whichever of the two was opened; null: we have none. */
export function oursOf(incident: IncidentSheet): IncidentLine | null {
  if (incident.line.ours) return incident.line;
  return incident.paired?.ours ? incident.paired : null;
}
