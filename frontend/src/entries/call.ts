/** What an entry about a call says: kinds 80 to 92. The twin of services/calls/{facts,said}.py. */

import { formatSecond } from '../lib/time';
import type { Value } from '../proof/cbor';
import { toHex } from '../proof/octets';
import { asBytes, asList, asNatural, asOneOf, asText, readBody, Unreadable, type Fields } from './fields';
import type { Said } from './said';
import { showLine } from './shown';

const [UNANSWERED, UNREACHED] = [85, 87];
const FINGERPRINT_BYTES = 32;
const MAX_POSTS = 64;
const LARGEST = 2 ** 53 - 1;
const LATEST_MS = 253_402_300_799_999;

interface Fact {
  media?: number;
  fingerprint?: string;
  officer?: string;
  rung?: number;
  posts?: readonly string[];
  staffed?: readonly string[];
  reason?: number;
  toPost?: string;
  toMs?: number;
  outcome?: string;
  rangMs?: number;
  heardMs?: number;
  durationMs?: number;
  lost?: number;
  role?: number;
  name?: string;
  path?: number;
  words?: string;
}

/** One key of a body, and whether it must be there. */
interface Field {
  readonly key: number;
  readonly read: (value: Value) => Fact;
  readonly may?: true;
}

export function isCall(kind: number): boolean {
  return FIELDS.has(kind);
}

/** Nothing where it cannot be read. */
export function callRows(kind: number, body: Uint8Array): readonly Said[] {
  return readBody(body, (fields) => rowsOf(kind, factOf(fields, FIELDS.get(kind) ?? []))) ?? [];
}

function factOf(fields: Fields, known: readonly Field[]): Fact {
  return known.reduce((fact, { key, read, may }) => {
    const value = fields.get(key);
    if (value === undefined && !may) throw new Unreadable();
    return value === undefined ? fact : { ...fact, ...read(value) };
  }, {});
}

// --- in words ---------------------------------------------------------------------------------------------

function rowsOf(kind: number, fact: Fact): Said[] {
  return [...coded(fact), ...ringing(kind, fact), ...measured(fact), ...written(fact)];
}

function coded({ media, reason, lost, path, outcome, fingerprint }: Fact): Said[] {
  const codes = Object.entries({ media, reason, lost, path }).filter(([, code]) => code !== undefined);
  return [
    ...codes.map(([name, code]): Said => [`call-${name}-${String(code)}`, '']),
    ...when(outcome, () => [`call-${outcome ?? ''}`, '']),
    ...when(fingerprint, (value) => ['call-fingerprint', value]),
  ];
}

function ringing(kind: number, { rung, posts = [], staffed = [], heardMs }: Fact): Said[] {
  if (rung !== undefined) {
    const onWatch: Said = staffed.length > 0 ? ['call-staffed', postsWords(staffed)] : ['call-unstaffed', ''];
    return [['call-rung', String(rung + 1)], ['call-rings-at', postsWords(posts)], onWatch];
  }
  if (kind === UNANSWERED && posts.length > 0) return [['call-rang-at', postsWords(posts)]];
  if (kind === UNREACHED) return [heardMs === undefined ? ['call-never-heard', ''] : ['call-heard', timeWords(heardMs)]];
  return [];
}

function measured({ rangMs, durationMs, toPost, toMs }: Fact): Said[] {
  return [
    ...when(rangMs, (value) => (value > 0 ? ['call-rang', secondsWords(value)] : ['call-not-rung', ''])),
    ...when(durationMs, (value) => ['call-duration', secondsWords(value)]),
    ...when(toPost, (value) => ['call-to-post', showLine(value)]),
    ...when(toMs, (value) => ['call-to-time', timeWords(value)]),
  ];
}

function written({ role, name = '', words, officer }: Fact): Said[] {
  return [
    ...when(role, (value) => [`call-role-${value}`, showLine(name)]),
    ...when(words, (value) => ['words', showLine(value)]),
    ...when(officer, (value) => ['officer', showLine(value)]),
  ];
}

function when<T>(value: T | undefined, say: (value: T) => Said): Said[] {
  return value === undefined ? [] : [say(value)];
}

function postsWords(posts: readonly string[]): string {
  return showLine(posts.join(', '));
}

function secondsWords(durationMs: number): string {
  return `${Math.floor(durationMs / 1000)} s`;
}

function timeWords(timeMs: number): string {
  return formatSecond(Math.min(timeMs, LATEST_MS));
}

// --- reading ----------------------------------------------------------------------------------------------

function number(value: Value): number {
  const read = asNatural(value);
  if (read > LARGEST) throw new Unreadable();
  return Number(read);
}

/** Text that is there: neither empty nor holding U+0000. */
function text(value: Value): string {
  const read = asText(value);
  if (read === '' || read.includes('\0')) throw new Unreadable();
  return read;
}

function posts(value: Value): readonly string[] {
  const read = asList(value).map(text);
  if (read.length > MAX_POSTS) throw new Unreadable();
  return read;
}

function code(value: Value, least: number, most: number): number {
  return asOneOf(value, Array.from({ length: most - least + 1 }, (_, at) => least + at));
}

function outcome(value: Value, names: readonly string[]): Fact {
  return { outcome: names[code(value, 0, names.length - 1)] ?? '' };
}

const MEDIA: Field = { key: 0, read: (value) => ({ media: code(value, 0, 2) }) };
const FINGERPRINT: Field = { key: 1, read: (value) => ({ fingerprint: toHex(asBytes(value, FINGERPRINT_BYTES)) }), may: true };
const OFFICER: Field = { key: 2, read: (value) => ({ officer: text(value) }), may: true };

const FIELDS: ReadonlyMap<number, readonly Field[]> = new Map([
  [80, [MEDIA, FINGERPRINT, OFFICER]],
  [
    81,
    [
      { key: 0, read: (value) => ({ rung: number(value) }) },
      { key: 1, read: (value) => ({ posts: posts(value) }) },
      { key: 2, read: (value) => ({ staffed: posts(value) }) },
    ],
  ],
  [82, [MEDIA, FINGERPRINT, OFFICER]],
  [83, [{ key: 0, read: (value) => ({ reason: code(value, 1, 7) }) }, OFFICER]],
  [
    84,
    [
      { key: 0, read: (value) => ({ toPost: text(value) }), may: true },
      { key: 1, read: (value) => ({ toMs: number(value) }), may: true },
      OFFICER,
    ],
  ],
  [
    UNANSWERED,
    [
      { key: 0, read: (value) => outcome(value, ['no-answer', 'not-staffed', 'busy']) },
      { key: 1, read: (value) => ({ rangMs: number(value) }) },
      { key: 2, read: (value) => ({ posts: posts(value) }) },
    ],
  ],
  [86, [OFFICER]],
  [
    UNREACHED,
    [
      { key: 0, read: (value) => outcome(value, ['line-down', 'no-answer']) },
      { key: 1, read: (value) => ({ heardMs: number(value) }), may: true },
    ],
  ],
  [88, [{ key: 0, read: (value) => ({ durationMs: number(value) }) }, OFFICER]],
  [
    89,
    [
      { key: 0, read: (value) => ({ lost: code(value, 1, 4) }) },
      { key: 1, read: (value) => ({ durationMs: number(value) }), may: true },
    ],
  ],
  [
    90,
    [
      { key: 0, read: (value) => ({ role: code(value, 1, 3) }) },
      { key: 1, read: (value) => ({ name: text(value) }) },
    ],
  ],
  [91, [{ key: 0, read: (value) => ({ path: code(value, 1, 2) }) }]],
  [92, [{ key: 0, read: (value) => ({ words: text(value) }) }]],
]);
