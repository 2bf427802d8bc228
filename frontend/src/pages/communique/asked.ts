/** What is asked of a communique: the fields of its form, and the request that they make. */

import type { AttachmentNamed, CommuniqueRequest, DraftedEntry } from '../../generated/types';

export interface Asked {
  everything: boolean;
  since: string;
  until: string;
  posts: string[];
  kinds: string[];
  entries: string;
  embargo: string;
  words: string;
}

export type Level = 'existence' | 'head' | 'all';
export const LEVELS: readonly Level[] = ['existence', 'head', 'all'];

export function nothingAsked(): Asked {
  return { everything: false, since: '', until: '', posts: [], kinds: [], entries: '', embargo: '', words: '' };
}

/** Whether the form chooses any entry at all. */
export function chooses(asked: Asked): boolean {
  const limits = asked.since !== '' || asked.until !== '' || asked.posts.length > 0 || asked.kinds.length > 0;
  return asked.everything || limits || asked.entries.trim() !== '';
}

/** Read `2026-11-30`, `2026-11-30 06:00`, `2026-11-30T06:00Z`: always UTC. Null: it is empty, or cannot be read. */
export function instantOf(text: string): number | null {
  const found = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})Z?)?$/.exec(text.trim());
  if (!found) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = found.slice(1).map((part = '0') => Number(part));
  const instantMs = Date.UTC(year, month - 1, day, hour, minute);
  const isDay = new Date(instantMs).toISOString().startsWith(`${found[1]}-${found[2]}-${found[3]}`);
  return isDay && hour < 24 && minute < 60 ? instantMs : null;
}

/** Whether a field holds something that is no time. */
export function isWrongInstant(text: string): boolean {
  return text.trim() !== '' && instantOf(text) === null;
}

const MOST_AT_ONCE = 4_096;

/** Read `US/3, RU/7-12`. Null: it cannot be read. */
export function numbersOf(text: string): readonly string[] | null {
  const numbers: string[] = [];
  for (const part of text.split(/[\s,;]+/).filter(Boolean)) {
    const found = /^([a-z][a-z0-9]*(?:\.[1-9][0-9]{0,2})?)\/([0-9]{1,15})(?:-(?:\1\/)?([0-9]{1,15}))?$/i.exec(part);
    if (!found) return null;
    const [, log = '', first = '', last = first] = found;
    const [from, to] = [Number(first), Number(last)];
    if (to < from || to - from + numbers.length >= MOST_AT_ONCE) return null;
    for (let index = from; index <= to; index += 1) numbers.push(`${log.toUpperCase()}/${index}`);
  }
  return numbers;
}

/** How much is shown of single entries and which attachments, where it is not as for all. */
export interface Shown {
  default: Level;
  readonly single: ReadonlyMap<string, Level>;
  readonly attachments: ReadonlySet<string>;
}

export function requestOf(asked: Asked, shown: Shown): CommuniqueRequest {
  return {
    everything: asked.everything,
    since_ms: instantOf(asked.since),
    until_ms: instantOf(asked.until),
    posts: asked.posts,
    kinds: asked.kinds,
    entries: numbersOf(asked.entries) ?? [],
    disclosed: shown.default,
    single: [...shown.single].map(([number, disclosed]) => ({ number, disclosed })),
    attachments: [...shown.attachments].map(attachmentOf),
    embargo_ms: instantOf(asked.embargo),
    words: asked.words.trim(),
  };
}

export function attachmentName(entry: DraftedEntry, attachment: number): string {
  return `${entry.number}#${attachment}`;
}

function attachmentOf(name: string): AttachmentNamed {
  const [number = '', attachment = ''] = name.split('#');
  return { number, attachment: Number(attachment) };
}

/** Whether a level is no more than what is held here. */
export function isHeld(level: Level, entry: DraftedEntry): boolean {
  return LEVELS.indexOf(level) <= LEVELS.indexOf(entry.held as Level);
}
