/** What an entry says that is no message: rows of a name and a value, each safe to show. */

import type { ProvedEntry } from '../communique/verify';
import { isWithinLimits, readAct, type Act } from '../entries/act';
import { NOTE } from '../entries/presence';
import { saidIn, saidInNote } from '../entries/said';
import { saidKey } from '../entries/saidKey';
import { showLine } from '../entries/shown';
import { OUTCOMES } from '../generated/forms';
import { formatSecond } from '../lib/time';
import { say } from '../lib/words.svelte';
import type { Naming } from './naming';

/** `isLong`: a text of many lines. */
export interface Row {
  readonly name: string;
  readonly value: string;
  readonly isLong: boolean;
}

const ACTS = [17, 18, 19, 20, 21, 22, 23, 24, 33];
const PASSED_TO = 22;
const STOPPED_AT = 2;

/** Null: it cannot be read here, and is shown as its bytes. */
export function saidBy({ head, body, attachments }: ProvedEntry, naming: Naming): readonly Row[] | null {
  if (!head || !body) return null;
  if (ACTS.includes(Number(head.kind))) return actRows(Number(head.kind), body);
  const note = head.kind === NOTE ? attachments[0]?.content : null;
  const said = [...saidIn(head, body, naming.parties), ...(note ? saidInNote(note, naming.parties) : [])];
  if (said.length === 0) return null;
  return said.map(([code, value]) => ({ name: say(saidKey(code)), value, isLong: code === 'text' }));
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
  return rows.filter(([, value]) => value !== '').map(([name, value]) => ({ name, value, isLong: false }));
}

function outcomeWords(kind: number, act: Act): string {
  const number = kind === PASSED_TO ? 1 : act.outcome;
  if (number === null || !OUTCOMES.some((each) => each.number === number)) return '';
  const words = say(`outcome-${number}`);
  return number === STOPPED_AT && act.timeMs !== null ? `${words} ${formatSecond(Number(act.timeMs))}` : words;
}
