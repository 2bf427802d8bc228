/** Numbers of logs and entries, as people read them. The twin of model/logs.py and model/messages.py. */

import type { Whole } from '../proof/cbor';

const MAX_INCARNATION = 9_999n;

/** Name the party that writes a log; nothing where there can be no such log. */
export function partyOfLog(log: Whole, parties: readonly string[]): string {
  const [number, count] = [BigInt(log), BigInt(parties.length)];
  return number < count * MAX_INCARNATION ? (parties[Number(number % count)] ?? '') : '';
}

/** Say which log of its party it is, from 1. */
export function incarnationOf(log: Whole, parties: readonly string[]): number {
  return Number(BigInt(log) / BigInt(parties.length)) + 1;
}

/** `US/14`; `US.2/0` on the log of a second incarnation. */
export function formatNumber(log: Whole, index: Whole, parties: readonly string[]): string {
  const party = partyOfLog(log, parties).toUpperCase();
  if (party === '') return `?${log}/${index}`;
  const incarnation = incarnationOf(log, parties);
  return `${party}${incarnation === 1 ? '' : `.${incarnation}`}/${index}`;
}
