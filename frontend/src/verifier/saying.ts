/** What an entry says that is no message: rows of a name and a value, each safe to show. */

import { CONSENTED, PROPOSED, readConsentAct, REFUSED } from '../communique/consent';
import type { ProvedEntry } from '../communique/verify';
import { isWithinLimits, readAct, readWatch, type Act } from '../entries/act';
import { parseAgreementBody } from '../entries/agreement';
import { asList, asNatural, readBody, Unreadable } from '../entries/fields';
import type { Head } from '../entries/head';
import { parseKeyStatement } from '../entries/keyStatement';
import { show, showLine } from '../entries/shown';
import { OUTCOMES } from '../generated/forms';
import { formatSecond } from '../lib/time';
import { say } from '../lib/words.svelte';
import { isBytes, type Value, type Whole } from '../proof/cbor';
import { readText, toBase64, toHex } from '../proof/octets';
import { Refusal } from '../proof/refusal';
import type { Naming } from './naming';

/** `isLong`: a text of many lines. */
export interface Row {
  readonly name: string;
  readonly value: string;
  readonly isLong?: boolean;
}

const ACTS = [17, 18, 19, 20, 21, 22, 23, 24, 33];
const PASSED_TO = 22;
const STOPPED_AT = 2;

/** Null: it cannot be read here, and is shown as its bytes. */
export function saidBy(entry: ProvedEntry, naming: Naming): Row[] | null {
  const { head, body } = entry;
  if (!head || !body) return null;
  try {
    return rowsOf(head, body, naming);
  } catch (problem) {
    if (problem instanceof Refusal || problem instanceof Unreadable) return null;
    throw problem;
  }
}

function rowsOf(head: Head, body: Uint8Array, naming: Naming): Row[] | null {
  if (ACTS.includes(Number(head.kind))) return actRows(Number(head.kind), body);
  switch (head.kind) {
    case 0:
    case 1:
      return agreementRows(body);
    case 2:
      return readBody(body, (fields) => [
        { name: say('ui-said-version'), value: String(asNatural(fields.get(0))) },
        { name: say('ui-said-digest'), value: hex(fields.get(1)) },
      ]);
    case 3:
      return refusalRows(body, naming);
    case 4:
      return keyRows(body);
    case 48:
    case 49:
      return watchRows(body);
    case PROPOSED:
    case CONSENTED:
    case REFUSED:
      return consentRows(head.kind, body);
    default:
      return null;
  }
}

function actRows(kind: number, body: Uint8Array): Row[] | null {
  const act = readAct(body);
  if (!act) return null;
  const rows: [string, string][] = [
    [say('ui-said-officer'), showLine(act.officer)],
    [say('act-23'), outcomeWords(kind, act)],
    ...act.typed.map((typed): [string, string] => [say('verifier-typed'), showLine(typed)]),
    [say('act-21'), act.field === null ? '' : say('say-again-field', { field: String(BigInt(act.field) + 1n) })],
    [say('act-17'), act.screens ? say('ui-screens', { screens: String(act.screens) }) : ''],
    [say('field-text'), showLine(act.text)],
  ];
  if (!isWithinLimits(act)) rows.push(['', say('marked', { reason: say('effect-long', { part: say('part-text') }) })]);
  return rows.filter(([, value]) => value !== '').map(([name, value]) => ({ name, value }));
}

function outcomeWords(kind: number, act: Act): string {
  const number = kind === PASSED_TO ? 1 : act.outcome;
  if (number === null || !OUTCOMES.some((each) => each.number === number)) return '';
  const words = say(`outcome-${number}`);
  return number === STOPPED_AT && act.timeMs !== null ? `${words} ${formatSecond(Number(act.timeMs))}` : words;
}

function agreementRows(body: Uint8Array): Row[] {
  const { octets, signatures } = parseAgreementBody(body);
  const signers = signatures.map((each) => showLine(each.party).toUpperCase()).join(', ');
  return [
    { name: say('ui-said-signed-by'), value: signers },
    { name: say('ui-said-text'), value: show(readText(octets) ?? toHex(octets)).text, isLong: true },
  ];
}

function keyRows(body: Uint8Array): Row[] {
  const { party, role, oldKey, newKey, size } = parseKeyStatement(body);
  return [
    { name: say('ui-said-key-of'), value: showLine(party).toUpperCase() },
    { name: say('ui-said-role'), value: role },
    { name: say('ui-said-old-key'), value: toBase64(oldKey) || '-' },
    newKey ? { name: say('ui-said-new-key'), value: toBase64(newKey) } : { name: say('ui-said-revoked'), value: '' },
    { name: say('ui-said-size'), value: String(size) },
  ];
}

function refusalRows(body: Uint8Array, naming: Naming): Row[] | null {
  return readBody(body, (fields) => {
    const log = asNatural(fields.get(0));
    const ranges = asList(fields.get(1)).map((range) => rangeWords(log, asList(range).map(asNatural), naming));
    const reason = say(`ui-said-reason-${asNatural(fields.get(2)) as number}`);
    return [...ranges.map((value) => ({ name: say('ui-said-refused'), value })), { name: reason, value: '' }];
  });
}

function rangeWords(log: Whole, [start, end, ...more]: readonly Whole[], naming: Naming): string {
  if (start === undefined || end === undefined || more.length > 0 || start >= end) throw new Unreadable();
  const [first, last] = [naming.number(log, start), naming.number(log, BigInt(end) - 1n)];
  return first === last ? first : `${first} - ${last}`;
}

function watchRows(body: Uint8Array): Row[] | null {
  const watch = readWatch(body);
  if (!watch) return null;
  const rows = watch.officer ? [{ name: say('ui-said-officer'), value: showLine(watch.officer) }] : [];
  if (watch.heard === null) return rows;
  return [...rows, { name: say(watch.heard ? 'ui-said-heard' : 'ui-said-not-heard'), value: '' }];
}

function consentRows(kind: number, body: Uint8Array): Row[] | null {
  const said = readConsentAct(kind, body);
  if (!said) return null;
  const rows = [
    { name: say('ui-said-officer'), value: showLine(said.officer) },
    { name: say('ui-said-digest'), value: toHex(said.digest) },
    { name: say('field-text'), value: showLine(said.text) },
  ];
  return rows.filter(({ value }) => value !== '');
}

function hex(value: Value | undefined): string {
  if (!isBytes(value)) throw new Unreadable();
  return toHex(value);
}
