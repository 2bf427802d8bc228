/** The sentence for a refusal, by the code that the command line gives for the same. */

import { say } from '../lib/words.svelte';
import type { Where } from '../proof/refusal';
import { showLine } from '../entries/shown';

/** The first prefix that fits says which sentence. */
const SENTENCES: readonly (readonly [string, string])[] = [
  ['cli.verify_communique.not_trusted', 'given'],
  ['record.communique.other_key', 'issuer'],
  ['record.communique.cut_signature', 'signature'],
  ['record.communique.other_line', 'line'],
  ['record.communique.unnamed_key', 'unnamed'],
  ['record.communique.witness_name', 'unnamed'],
  ['record.communique.two_truths', 'truths'],
  ['record.communique.selection', 'selection'],
  ['record.communique.why', 'selection'],
  ['record.communique.attachment', 'attachment'],
  ['record.communique.not_promised', 'attachment'],
  ['record.communique.signed_twice', 'signature'],
  ['record.disclosure', 'content'],
  ['record.agreed_keys', 'agreement'],
  ['record.signatures.unsigned', 'unsigned'],
  ['record.signatures', 'key'],
  ['record.tree', 'tree'],
  ['wire.communique.issuer', 'issuer'],
  ['wire.communique.size', 'size'],
  ['wire.communique.data-size', 'size'],
  ['wire.communique.attachment-size', 'size'],
  ['wire.communique.no-agreement', 'agreement'],
  ['wire.communique.key', 'key'],
  ['keys.agreement', 'agreement'],
  ['keys.ed25519.signature', 'signature'],
  ['keys.mldsa.signature', 'signature'],
  ['keys', 'key'],
  ['wire.toml', 'agreement'],
  ['wire.agreement', 'agreement'],
  ['wire.card', 'agreement'],
];

export function refusalWords(code: string): string {
  const found = SENTENCES.find(([prefix]) => code.startsWith(prefix));
  return say(`verifier-refused-${found?.[1] ?? 'form'}`);
}

/** Where it was found; empty: in the file as a whole. */
export function whereWords({ log, index, name }: Where): string {
  const place = log === undefined ? '' : showLine(log);
  const entry = index === undefined ? place : say('verifier-refused-entry', { index: String(index), log: place });
  const attachment = name === undefined ? '' : say('verifier-refused-attachment-name', { name: showLine(name) });
  return [attachment, entry].filter(Boolean).join(', ');
}
