/** What is said of incidents and of the state of the line. The twin of services/{incidents,line_state}/{facts,limits,said}.py. */

import { formatSecond } from '../lib/time';
import { isMap, type Value } from '../proof/cbor';
import { asList, asNatural, asOneOf, asText, lengthOf, readBody, stated, Unreadable, type Fields } from './fields';
import { altitudeWords, asInstant, asPlace, placeWords, readBound, type Row } from './volume';

const LINE_STATE = 36;
const INCIDENT_FIRST = 144;
const INCIDENT_LAST = 151;

const AMENDED = 145;
const REPLIED = 148;
const FOLLOWED = 149;
const REOPENED = 151;
const EXPLANATION = 1;
const MAX_FIELD = 500;
const MAX_WORDS = 1_000;
const MAX_STATE_WORDS = 560;
const MAX_OFFICER = 80;
const MAX_UNCERTAINTY = 10_000_000n;
const MAX_ACKNOWLEDGEMENTS = 10_000n;
const FORMS = [
  '', 'hazardous-incident', 'dangerous-approach', 'violation', 'aircraft-astray', 'accidental-launch', 'struck-after-notice',
  'unusual-activity', 'other',
];
const STATES = ['', 'open', 'degraded', 'suspended', 'closed'];
const ASKS = ['', 'explanation', 'meeting'];
const STEPS = ['', 'remark', 'measure', 'inquiry', 'finding', 'meeting-held'];
const CLOSURES = ['', 'explained', 'measures-taken', 'not-substantiated', 'unresolved'];
const REPLIES = ['', 'objectives', 'location', 'designation', 'subordination', 'formations', 'equipment'];
const SPOKEN = [8, 9];
const WHOLE = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18];
/** By kind: the keys that it must carry, and those that it may. */
const KEYS: Readonly<Record<number, readonly [must: readonly number[], may: readonly number[]]>> = {
  36: [[0], [1, 2, 3]],
  144: [[0], WHOLE],
  145: [[0], WHOLE],
  146: [[0], SPOKEN],
  147: [[1], [2, ...SPOKEN]],
  148: [[], [2, 3, 4, 5, ...SPOKEN]],
  149: [[6, 8], [2, 9]],
  150: [[7], SPOKEN],
  151: [[8], [9]],
};

/** Whether entries of a kind are about incidents, or declare the state of the line. */
export function isIncident(kind: number): boolean {
  return kind === LINE_STATE || (kind >= INCIDENT_FIRST && kind <= INCIDENT_LAST);
}

/** Codes and texts as written; nothing where it breaks its form. */
export function incidentRows(kind: number, body: Uint8Array): readonly Row[] {
  return readBody(body, (fields) => rowsOf(kind, fields)) ?? [];
}

function rowsOf(kind: number, fields: Fields): Row[] {
  const [must, may] = KEYS[kind] ?? [[], []];
  const keys = [...fields].filter(([, value]) => value !== '').map(([key]) => Number(key));
  if (!must.every((key) => keys.includes(key)) || !keys.every((key) => must.includes(key) || may.includes(key))) throw new Unreadable();
  if (kind === LINE_STATE) return stateRows(fields);
  return kind <= AMENDED ? versionRows(fields) : actRows(kind, fields);
}

function stateRows(fields: Fields): Row[] {
  return [
    [`line-state-${oneOf(fields, 0, STATES)}`, ''],
    ...instant('line-state-from', fields, 1),
    ...said('words', text(fields, 2, MAX_STATE_WORDS)),
    ...said('officer', text(fields, 3, MAX_OFFICER)),
  ];
}

function versionRows(fields: Fields): Row[] {
  const coordinated = flag(fields, 12);
  return [
    [`incident-form-${oneOf(fields, 0, FORMS)}`, ''],
    ...whenRows(fields),
    ...placeRows(fields),
    ...field('place', fields, 5),
    ...altitudeRows(fields),
    ...field('our-platform', fields, 7),
    ...field('other-platform', fields, 8),
    ...field('forces', fields, 9),
    ...field('damage', fields, 10),
    ...field('casualties', fields, 11),
    ...(coordinated === null ? [] : [[`incident-coordinated-${coordinated ? 'yes' : 'no'}`, ''] as const]),
    ...field('measures', fields, 13),
    ...field('contact-point', fields, 14),
    ...field('provision', fields, 15),
    ...count('incident-field-acknowledgements', fields, 18, MAX_ACKNOWLEDGEMENTS),
    ...said('words', text(fields, 16, MAX_WORDS)),
    ...said('officer', text(fields, 17, MAX_OFFICER)),
  ];
}

function actRows(kind: number, fields: Fields): Row[] {
  const [same, accepted] = [flag(fields, 0), flag(fields, 5)];
  const asks = fields.has(1) ? oneOf(fields, 1, ASKS) : '';
  if (asks === ASKS[EXPLANATION] && fields.has(2)) throw new Unreadable();
  const words = text(fields, 8, MAX_WORDS);
  const answers = stated(fields, 3, replyRows, []);
  const isSilent = [words, ...answers.map(([, value]) => value)].every((each) => /^ *$/.test(each));
  if (isSilent && ((kind === REPLIED && accepted === null) || kind === FOLLOWED || kind === REOPENED)) throw new Unreadable();
  return [
    ...(same === null ? [] : [[`incident-pair-${same ? 'same' : 'not-same'}`, ''] as const]),
    ...(asks === '' ? [] : [[`incident-asks-${asks}`, ''] as const]),
    ...(accepted === null ? [] : [[`incident-meeting-${accepted ? 'accepted' : 'declined'}`, ''] as const]),
    ...(fields.has(6) ? [[`incident-step-${oneOf(fields, 6, STEPS)}`, ''] as const] : []),
    ...(fields.has(7) ? [[`incident-closure-${oneOf(fields, 7, CLOSURES)}`, ''] as const] : []),
    ...instant('incident-field-time', fields, 2),
    ...answers,
    ...instant('incident-reply-end', fields, 4),
    ...said('words', words),
    ...said('officer', text(fields, 9, MAX_OFFICER)),
  ];
}

function whenRows(fields: Fields): Row[] {
  const isAbout = flag(fields, 2) ?? false;
  if (!fields.has(1)) {
    if (isAbout) throw new Unreadable();
    return [];
  }
  const [first, last, ...more] = asList(fields.get(1)).map((each) => BigInt(asNatural(each)));
  if (first === undefined || last === undefined || more.length > 0 || first > last) throw new Unreadable();
  const [start, end] = [first, asInstant(last)].map((each) => formatSecond(Number(each)));
  return [['incident-field-when', `${isAbout ? '~ ' : ''}${start}${start === end ? '' : ` - ${end}`}`]];
}

function placeRows(fields: Fields): Row[] {
  const around = stated(fields, 4, (value) => BigInt(asNatural(value)), null);
  if (around !== null && (around > MAX_UNCERTAINTY || !fields.has(3))) throw new Unreadable();
  if (!fields.has(3)) return [];
  const place = placeWords(asPlace(fields.get(3)));
  return [['incident-field-position', around === null ? place : `${place} ± ${around} m`]];
}

function altitudeRows(fields: Fields): Row[] {
  if (!fields.has(6)) return [];
  const altitude = readBound(fields.get(6) ?? 0);
  if (typeof altitude === 'number') throw new Unreadable();
  return [['incident-field-altitude', altitudeWords(altitude)]];
}

function replyRows(value: Value | undefined): Row[] {
  if (!isMap(value)) throw new Unreadable();
  return [...value].flatMap(([key, each]): Row[] => {
    const name = REPLIES[asOneOf(key, [1, 2, 3, 4, 5, 6])] ?? '';
    return said(`incident-reply-${name}`, bounded(each, MAX_FIELD));
  });
}

function field(name: string, fields: Fields, key: number): Row[] {
  return said(`incident-field-${name}`, text(fields, key, MAX_FIELD));
}

function instant(code: string, fields: Fields, key: number): Row[] {
  return fields.has(key) ? [[code, formatSecond(Number(asInstant(fields.get(key))))]] : [];
}

function count(code: string, fields: Fields, key: number, most: bigint): Row[] {
  if (!fields.has(key)) return [];
  const found = BigInt(asNatural(fields.get(key)));
  if (found > most) throw new Unreadable();
  return [[code, String(found)]];
}

function oneOf(fields: Fields, key: number, names: readonly string[]): string {
  return names[asOneOf(fields.get(key), names.map((_, number) => number).slice(1))] ?? '';
}

function flag(fields: Fields, key: number): boolean | null {
  if (!fields.has(key)) return null;
  const found = fields.get(key);
  if (typeof found !== 'boolean') throw new Unreadable();
  return found;
}

function text(fields: Fields, key: number, longest: number): string {
  return stated(fields, key, (value) => bounded(value, longest), '');
}

function bounded(value: Value | undefined, longest: number): string {
  const found = asText(value);
  if (found.includes('\u0000') || lengthOf(found) > longest) throw new Unreadable();
  return found;
}

function said(code: string, value: string): Row[] {
  return value === '' ? [] : [[code, value]];
}
