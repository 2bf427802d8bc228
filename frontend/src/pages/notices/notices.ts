/** What the parts of the page Notices share: codes as words, lengths, altitudes, windows. */

import { ANSWERS, NOTICE_FORMS, SETTLEMENTS, type NoticeFormRule } from '../../generated/notices';
import type { AltitudeValues, DraftDefect, NoticeLine, NoticePage, PositionValues, VolumeValues } from '../../generated/types';
import { get } from '../../lib/api';
import { inLanguage } from '../../lib/desk';
import { durationWords } from '../../lib/duration';
import { formatGroup, formatSecond } from '../../lib/time';
import { counted, say, words } from '../../lib/words.svelte';

export interface Filter {
  side: string;
  form: string;
  state: string;
  movement: string;
  text: string;
  order: string;
}

export const NO_FILTER: Readonly<Filter> = { side: '', form: '', state: '', movement: '', text: '', order: 'newest' };
export const STATES = ['live', 'late', 'expired', 'withdrawn', 'completed', 'erased'] as const;

export function isFiltered(filter: Filter): boolean {
  return [filter.side, filter.form, filter.state, filter.movement, filter.text].some(Boolean);
}

export function fetchNotices(offset: number, limit: number, filter: Filter, signal: AbortSignal): Promise<NoticePage> {
  return get<NoticePage>('/notices', { offset, limit, ...filter }, signal);
}

export function ruleOf(form: number): NoticeFormRule | undefined {
  return NOTICE_FORMS.find((each) => each.number === form);
}

export function formWords(form: number): string {
  return ruleOf(form) ? say(`notices-form-${form}`) : say('form-unknown');
}

export function fieldWords(form: number, field: number): string {
  const key = `notices-field-${form}-${field}`;
  return words.has(key) ? say(key) : String(field);
}

/** The answers and settlements as the parties use them: never one for another, never a colour alone. */
export function answerWords(answer: string): string {
  const number = ANSWERS.find((each) => each.name === answer)?.number;
  return number === undefined ? answer : say(`notices-answer-${number}`);
}

/** What an answer means, so that none is read for another. */
export function answerMeans(answer: string): string {
  const number = ANSWERS.find((each) => each.name === answer)?.number;
  return number === undefined ? '' : say(`notices-answer-${number}-means`);
}

export function settlementWords(settlement: string): string {
  const number = SETTLEMENTS.find((each) => each.name === settlement)?.number;
  return number === undefined ? settlement : say(`notices-settlement-${number}`);
}

export function stateWords(state: string): string {
  return say(`notices-state-${state}`);
}

/** Why something has no effect; a code of a newer rule is shown as it is. */
export function effectWords(effect: string): string {
  const key = `notices-effect-${effect.replaceAll('_', '-')}`;
  return words.has(key) ? say(key) : effect;
}

/** What is wrong with a field: in the reader's language where there are words for it, else as our node says it. */
export function defectWords(defect: Pick<DraftDefect, 'code' | 'message' | 'hint'>): string {
  const [, effect = ''] = /^services\.notices\.(.+)$/.exec(defect.code) ?? [];
  const key = `notices-effect-${effect.replaceAll('_', '-')}`;
  return words.has(key) ? say(key) : [defect.message, defect.hint].filter(Boolean).join(' \u00b7 ');
}

const METRES_IN_MILE = 1_852;

/** `3,240 m (1.7 NM)`. */
export function distanceWords(metres: number): string {
  const miles = metres / METRES_IN_MILE;
  const digits = miles < 10 ? 1 : 0;
  const said = new Intl.NumberFormat(words.language, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(miles);
  return say('ui-notice-distance', { metres: counted(Math.round(metres)), miles: said });
}

/** `5 NM`, where it is a whole number of tenths of one; else `9,000 m`. */
export function milesWords(metres: number): string {
  const tenths = (metres * 10) / METRES_IN_MILE;
  if (!Number.isInteger(tenths)) return `${counted(metres)} ${say('ui-notice-unit-m')}`;
  return say('conflicts-miles', { miles: counted(tenths / 10) });
}

/** Of what was written in decimetres: `9,260 m (5.0 NM)`. */
export function reachWords(volume: VolumeValues): string {
  return say(`ui-notice-reach-${volume.shape}`, { distance: distanceWords((volume.reach_dm ?? 0) / 10) });
}

export function altitudeWords(altitude: AltitudeValues): string {
  if (altitude.limit !== 'altitude') return say(`ui-notice-limit-${altitude.limit.replace('_', '-')}`);
  if (altitude.unit === 'fl') return `FL ${String(altitude.value ?? 0).padStart(3, '0')}`;
  return `${counted(altitude.value ?? 0)} ${say(`ui-notice-unit-${altitude.unit ?? 'm'}`)} ${(altitude.datum ?? '').toUpperCase()}`;
}

export function bandWords(lower: AltitudeValues, upper: AltitudeValues): string {
  return say('ui-notice-from-up-to', { lower: altitudeWords(lower), upper: altitudeWords(upper) });
}

/** `241500Z MAR 22 – 241800Z MAR 22`; an end that is not stated is said. */
export function windowWords(startMs: number | null, endMs: number | null): string {
  if (startMs === null && endMs === null) return say('notices-no-window');
  if (endMs === null) return say('notices-from', { time: instantWords(startMs) });
  if (startMs === null) return say('notices-until', { time: instantWords(endMs) });
  return `${instantWords(startMs)} \u2013 ${instantWords(endMs)}`;
}

export function instantWords(instantMs: number | null): string {
  if (instantMs === null) return say('not-stated');
  return instantMs % 60_000 === 0 ? formatGroup(instantMs) : formatSecond(instantMs);
}

/** Lead and delay: `2 d 4 h`, in its two greatest units. */
export function spanWords(seconds: number): string {
  const whole = Math.abs(seconds);
  const step = whole >= 86_400 ? 3_600 : whole >= 3_600 ? 60 : 1;
  return durationWords(whole - (whole % step));
}

/** That less than the agreed lead time was given, and how much. */
export function shortWords(leadS: number | null, agreedS: number): string {
  const agreed = spanWords(agreedS);
  return leadS !== null && leadS > 0 ? say('notices-short', { lead: spanWords(leadS), agreed }) : say('notices-short-begun', { agreed });
}

/** Of a movement: since when it is not by its plan; how late it runs, when it was heard of last, until when it stands. */
export function lateWords(line: NoticeLine, nowMs: number): string[] {
  const said: string[] = [];
  if (line.left_ms !== null && (line.state === 'live' || line.state === 'late')) {
    said.push(say('notices-off-plan', { time: instantWords(line.left_ms) }));
  }
  if (line.state !== 'late' || line.end_ms === null) return said;
  const age = spanWords(Math.max(1, Math.floor((nowMs - line.end_ms) / 60_000)) * 60);
  if (line.heard_ms === null) {
    said.push(say(line.unheard ? 'notices-not-heard-at-all' : 'notices-running-late-no-word', { age }));
  } else {
    said.push(say(line.unheard ? 'notices-not-heard' : 'notices-running-late', { age, time: instantWords(line.heard_ms) }));
  }
  said.push(say('notices-stands-until', { time: instantWords(line.until_ms) }));
  return said;
}

/** How a position stands to a named feature; "": none is near. */
export function nearWords(position: PositionValues): string {
  if (position.near === null || position.near_m === null) return '';
  return say('ui-notice-near', {
    distance: distanceWords(position.near_m),
    bearing: String(position.bearing_deg ?? 0).padStart(3, '0'),
    feature: inLanguage(position.near),
  });
}

/** `#/notices/US/14`. */
export function hrefOf(number: string): string {
  return `#/notices/${number}`;
}

/** The answers that a notice of the other side may have: distinct, and none of them a permit. */
export function answersTo(wantsAnswer: boolean): readonly string[] {
  return ANSWERS.filter((each) => wantsAnswer || !each.asked).map((each) => each.name);
}

/** `volumes.2.rings.1.3` as a reader finds it: `Volume 2: Positions, line 3`. */
export function fieldName(form: number, field: string): string {
  const [first = '', second = '', ...rest] = field.split('.');
  if (first === 'fields') return fieldWords(form, Number(second));
  if (first === 'volumes') return second === '' ? say('ui-notice-where-when') : [say('notices-volume', { number: second }), ...partName(rest)].join(' · ');
  if (first === 'check_points') return [say('ui-notice-check-points'), second].filter(Boolean).join(' ');
  const key = `notices-${first.replaceAll('_', '-')}`;
  return words.has(key) ? say(key) : field;
}

function partName([part = '', ring = '', line = '']: readonly string[]): readonly string[] {
  if (part === '') return [];
  if (part !== 'rings') return [say(`ui-notice-part-${part}`)];
  const positions = ring === '1' || ring === '' ? say('ui-notice-positions') : `${say('ui-notice-positions')} (${ring})`;
  return line === '' ? [positions] : [positions, say('ui-notice-line', { line })];
}
