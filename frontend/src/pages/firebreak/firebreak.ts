/** The firebreak as the page says it: whom a reason concerns, how old it is, and what each press opens. */

import type { FirebreakHistory, FirebreakReasonValues, LevelSpanValues, NextActValues, Topic } from '../../generated/types';
import { findParty, findPost, partyCode, partyName, postWords } from '../../lib/desk';
import { durationWords } from '../../lib/duration';
import { live } from '../../lib/live.svelte';
import { formatSecond } from '../../lib/time';
import { say, words } from '../../lib/words.svelte';

export const DAY_MS = 86_400_000;
/** In place of a rule's id where the records are too old to say. */
const UNKNOWN_RULE = 'unknown';
const [DAY_S, HOUR_S, MINUTE_S] = [86_400, 3_600, 60];

/** `24 MAR 22 03:12:05Z` of an instant as our node writes it. */
export function when(iso: string): string {
  return formatSecond(Date.parse(iso));
}

/** `13 d 4 h`: an age in its two greatest units. */
export function ageWords(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const step = whole >= DAY_S ? HOUR_S : whole >= HOUR_S ? MINUTE_S : 1;
  return durationWords(whole - (whole % step));
}

/** Whom or what a reason is about: two posts, a post, a party; else what was opened, by its number, and what is owed about it. */
export function subjectWords(reason: FirebreakReasonValues): string {
  const posts = reason.subject.split('/').filter((each) => findPost(each));
  if (posts.length > 0) return posts.map((each) => postWords(each)).join(' – ');
  if (findParty(reason.subject)) return partyWords(reason.subject);
  const opened = reason.subject.split(' ').filter((each) => !findParty(each)).join(' – ');
  const key = `firebreak-page-subject-${reason.topic.replaceAll('_', '-')}`;
  if (words.has(key)) return say(key, { about: opened, party: reason.party ? partyWords(reason.party) : '' });
  return reason.party ? `${partyWords(reason.party)} · ${opened}` : opened;
}

/** `RU · Russian Federation`. */
function partyWords(party: string): string {
  return `${partyCode(party)} · ${partyName(party)}`;
}

export interface Offered {
  readonly act: NextActValues;
  readonly topic: Topic;
}

export interface Subject {
  readonly key: string;
  readonly name: string;
  readonly reasons: readonly FirebreakReasonValues[];
  readonly acts: readonly Offered[];
}

/** The reasons by what they are about, in their order; what is offered for several of one is offered once. */
export function bySubject(reasons: readonly FirebreakReasonValues[]): readonly Subject[] {
  const groups = new Map<string, FirebreakReasonValues[]>();
  for (const reason of reasons) {
    const key = `${reason.subject} ${reason.posts.length > 0 ? '' : reason.party}`;
    groups.set(key, [...(groups.get(key) ?? []), reason]);
  }
  return [...groups].map(([key, group]) => {
    const offered = group.flatMap((reason) => reason.acts.map((act): [string, Offered] => [actWords(act), { act, topic: reason.topic }]));
    const acts = [...new Map([...offered].reverse())].reverse().map(([, each]) => each);
    return { key, name: group[0] ? subjectWords(group[0]) : '', reasons: group, acts };
  });
}

/** The page that shows what an act is about, or the form that does it, filled in; null: it opens nothing. */
export function hrefOf(act: NextActValues, topic: Topic): string | null {
  const post = otherPost(act.posts);
  const entry = act.entry ?? '';
  switch (act.what) {
    case 'ring':
    case 'ring_next':
      return `#/calls?ring=${post}`;
    case 'ask_time':
      return isOurs(post) ? '#/calls?show=arranged' : `#/calls?arrange=${post}`;
    case 'write':
      return `#/messages/new/free-text${entry ? `/${entry}` : ''}?to=${post}`;
    case 'reply':
      return `#/messages/new/reply/${entry}`;
    case 'read':
      return topic === 'incident' ? `#/incidents/${entry}` : `#/messages/${entry}`;
    case 'answer_notice':
      return `#/notices/${entry}`;
    case 'reach':
      return `#/notices/${entry}?show=units`;
    case 'settle':
      return `#/notices/${entry}?show=conflicts`;
    case 'take_watch':
      return '#/watch?watch=take';
    case 'answer_query':
      return `#/incidents/${entry}`;
    case 'set_line_state':
      return '#/line?declare=state';
    case 'mediator':
      return null;
  }
}

/** What an act is called on its press. */
export function actWords(act: NextActValues): string {
  const post = otherPost(act.posts);
  const what = act.what === 'ask_time' && isOurs(post) ? 'answer_time' : act.what;
  return say(`firebreak-page-act-${what.replaceAll('_', '-')}`, { post: post ? postWords(post) : '', entry: act.entry ?? '' });
}

function isOurs(post: string): boolean {
  return findPost(post)?.party === live.desk?.party;
}

/** Of the posts of an act the one at the other side, else the first. */
function otherPost(posts: readonly string[]): string {
  return posts.find((each) => !isOurs(each)) ?? posts[0] ?? '';
}

/** Some things in a row, as their language counts them up. */
export function listWords(parts: readonly string[]): string {
  return new Intl.ListFormat(words.language, { type: 'conjunction', style: 'long' }).format(parts);
}

/** The sentence of a rule in the reader's language; of one that is agreed no more its id. */
export function causeWords(rule: string, rules: FirebreakHistory['rules']): string {
  if (rule === UNKNOWN_RULE) return say('firebreak-page-means-unknown');
  return rules.find((each) => each.id === rule)?.[words.language] ?? rule;
}

export interface Span {
  readonly level: LevelSpanValues['level'];
  readonly fromMs: number;
  readonly toMs: number;
  readonly rules: readonly string[];
  readonly entries: readonly string[];
}

/** The spans of pieces of a history one after another: what goes on over the end of a piece is one span. Pieces of which too much is known begin late. */
export function joined(pieces: readonly FirebreakHistory[]): readonly Span[] {
  const spans: Span[] = [];
  for (const each of pieces.flatMap((piece) => piece.spans)) {
    const span = { level: each.level, fromMs: Date.parse(each.start), toMs: Date.parse(each.end), rules: each.rules, entries: each.entries };
    const last = spans.at(-1);
    if (last && last.toMs === span.fromMs && last.level === span.level && last.rules.join() === span.rules.join()) spans[spans.length - 1] = { ...last, toMs: span.toMs };
    else spans.push(span);
  }
  return spans;
}

/** Read `2022-03-17 06:00` as UTC; null: it is no instant. */
export function readInstant(text: string): number | null {
  const found = /^(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d(?::\d\d)?)Z?)?$/i.exec(text.trim());
  if (!found) return null;
  const instant = Date.parse(`${found[1]}T${found[2] ?? '00:00'}Z`);
  return Number.isNaN(instant) ? null : instant;
}

/** `2022-03-17T06:00:00Z`, as it stands in the address of the page. */
export function writeInstant(instantMs: number): string {
  return new Date(instantMs).toISOString().replace(/\.\d+Z$/, 'Z');
}
