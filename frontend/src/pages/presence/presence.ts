/** What the parts of the page Presence share: codes, ages, spans of time, and the form in which a report is written. */

import { BEARINGS, CORROBORATIONS, DATE_PROOFS, MEDIA, RELIABILITIES } from '../../entries/presence';
import type { PresenceValues, ReportRequest, ReportValues } from '../../generated/types';
import { durationWords } from '../../lib/duration';
import { formatDay, formatSecond } from '../../lib/time';
import { say, words } from '../../lib/words.svelte';

export { BEARINGS, CORROBORATIONS, DATE_PROOFS, MEDIA, RELIABILITIES };
export const CREDIBILITIES = [1, 2, 3, 4, 5, 6] as const;
export const MAX_WHAT = 560;
export const MAX_WORDS = 280;
export const MAX_SPEAKER = 120;
export const DAY_MS = 86_400_000;
const [DAY_S, HOUR_S, MINUTE_S] = [86_400, 3_600, 60];

export type Kind = ReportValues['kind'];

/** `13 d 4 h ago`. */
export function agoWords(thenMs: number, nowMs: number): string {
  return say('inbox-ago', { time: ageWords(thenMs, nowMs) });
}

/** `13 d 4 h`: since when, in its two greatest units. */
export function ageWords(thenMs: number, nowMs: number): string {
  const seconds = Math.max(0, Math.floor((nowMs - thenMs) / 1000));
  const step = seconds >= DAY_S ? HOUR_S : seconds >= HOUR_S ? MINUTE_S : 1;
  return durationWords(seconds - (seconds % step));
}

/** `11 MAR 22`, some days, or from one instant to another. */
export function spanWords(fromMs: number, toMs: number): string {
  const isWhole = fromMs % DAY_MS === 0 && toMs % DAY_MS === 0;
  if (!isWhole) return `${formatSecond(fromMs)} – ${formatSecond(toMs)}`;
  const [first, last] = [formatDay(fromMs), formatDay(toMs - DAY_MS)];
  return first === last ? first : `${first} – ${last}`;
}

/** Why an answer shows nothing, in words. */
export function effectWords(effect: string): string {
  const code = effect.replaceAll('_', '-');
  const own = `presence-effect-${code}`;
  if (words.has(own)) return say(own);
  const theirs = `persons-effect-${code}`;
  return say('presence-effect-none', { reason: words.has(theirs) ? say(theirs) : effect });
}

export function code(value: string): string {
  return value.replaceAll('_', '-');
}

/** The newest note of a report: what an amendment takes the place of. */
export function newestOf(report: ReportValues): string {
  return report.versions.at(-1)?.number ?? report.number;
}

/** `2022-03-11`, or `2022-03-11 18:30` where it is no whole day; always UTC. `isEnd`: of a span, which a day ends whole. */
export function toField(instantMs: number, isEnd: boolean): string {
  if (instantMs % DAY_MS !== 0) return new Date(instantMs).toISOString().slice(0, 16).replace('T', ' ');
  return new Date(instantMs - (isEnd ? DAY_MS : 0)).toISOString().slice(0, 10);
}

/** Null: nothing, or no instant, was typed. */
export function fromField(text: string, isEnd: boolean): number | null {
  const found = /^(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d)Z?)?$/.exec(text.trim());
  if (!found) return null;
  const instant = Date.parse(`${found[1]}T${found[2] ?? '00:00'}Z`);
  return Number.isNaN(instant) ? null : instant + (isEnd && found[2] === undefined ? DAY_MS : 0);
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };
export type Draft = Omit<Mutable<ReportRequest>, 'posts' | 'from_ms' | 'to_ms'> & {
  posts: string[];
  from: string;
  to: string;
};

/** What a form begins with: nothing, or a report that is to be amended. */
export function draftOf(kind: Kind, language: string, report: ReportValues | null, nowMs: number): Draft {
  const day = nowMs - (nowMs % DAY_MS);
  return {
    kind,
    posts: [...(report?.posts ?? [])],
    from: toField(report?.from_ms ?? day, false),
    to: toField(report?.to_ms ?? day + DAY_MS, true),
    what: report?.what ?? '',
    source: report?.source ?? '',
    speaker: report?.speaker ?? '',
    medium: report?.medium ?? (kind === 'claim' ? 'statement' : 'press'),
    date_proof: report?.date_proof ?? 'none',
    date_words: report?.date_words ?? '',
    corroboration: report?.corroboration ?? 'none',
    corroboration_words: report?.corroboration_words ?? '',
    reliability: report?.reliability ?? 'f',
    credibility: report?.credibility ?? 6,
    language,
    amends: report ? newestOf(report) : null,
    claim: report?.bears_on ?? null,
    bearing: report?.bearing ?? null,
  };
}

/** What is asked of the node; null: a time is none. */
export function requestOf({ from, to, ...draft }: Draft, claims: readonly ReportValues[]): ReportRequest | null {
  const [fromMs, toMs] = [fromField(from, false), fromField(to, true)];
  if (fromMs === null || toMs === null) return null;
  const claim = claims.find((each) => each.number === draft.claim);
  const bearing = claim ? { claim: newestOf(claim), bearing: draft.bearing ?? 'contradicts' } : { claim: null, bearing: null };
  return { ...draft, from_ms: fromMs, to_ms: toMs, ...bearing };
}

/** From when to when a picture goes: all that it shows, and now; at least a day. */
export function extentOf(values: PresenceValues, posts: readonly string[]): { readonly fromMs: number; readonly toMs: number } {
  const shown = [...values.sightings, ...values.claims].filter((each) => each.posts.some((post) => posts.includes(post)));
  const contacts = values.pairs.filter((pair) => posts.includes(pair.theirs)).flatMap((pair) => pair.contacts);
  const first = Math.min(values.as_of_ms, ...shown.map((each) => each.from_ms), ...contacts.map((each) => each.at_ms));
  const fromMs = Math.min(first, values.as_of_ms - DAY_MS);
  return { fromMs, toMs: values.as_of_ms };
}
