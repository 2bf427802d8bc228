/** What a communique proves, and what not, in the reader's words. */

import { isPostQuantum, type Held, type ProvedLog } from '../communique/log';
import { shownStatements, type ShownStatement } from '../communique/persons';
import type { Proved } from '../communique/verify';
import { SHOWN } from '../entries/presence';
import { showLine } from '../entries/shown';
import { formatSecond } from '../lib/time';
import { counted, say } from '../lib/words.svelte';
import type { VerifierKey } from '../proof/note';
import { toHex } from '../proof/octets';
import type { Signed } from '../proof/signatures';
import { isAmong } from './checking.svelte';
import type { Naming } from './naming';

export function provedSentences(proved: Proved, naming: Naming): string[] {
  const { issuer, isPostQuantum, logs } = proved;
  const signed = { party: naming.party(issuer.number), key: toHex(issuer.key.id) };
  return [
    say(isPostQuantum ? 'verifier-proved-file-both' : 'verifier-proved-file', signed),
    ...logs.flatMap((log) => logSentences(log, proved, naming)),
    ...contentSentences(proved),
    agreementSentence(proved),
    ...(areAgreed(proved) ? [say('verifier-proved-keys')] : []),
    ...shownStatements(proved).filter(({ effect }) => effect === '').map((each) => say(isAnswer(each) ? 'persons-proved-presence' : 'persons-proved', personWords(each, naming))),
  ];
}

function logSentences(log: ProvedLog, proved: Proved, naming: Naming): string[] {
  const count = counted(proved.entries.filter((entry) => entry.log === log).length);
  const party = naming.party(log.number);
  const { checkpoint, holders, witnesses } = log.newest;
  const size = counted(Number(checkpoint.size));
  const postQuantum = log.postQuantum.map((key) =>
    say('verifier-proved-post-quantum', { name: naming.signer(key), party, key: toHex(key.id) }),
  );
  return [
    say('verifier-proved-log', { party, key: toHex(log.key.id), size, count }),
    ...holders.map((each) => say('verifier-proved-held', signedWords(each, naming, { party, size }))),
    ...witnesses.map((each) => say('verifier-proved-witness', signedWords(each, naming, { party, size }))),
    ...postQuantum,
  ];
}

function signedWords({ key, timeS }: Signed, naming: Naming, values: Record<string, string>): Record<string, string> {
  return { ...values, name: naming.signer(key), key: toHex(key.id), time: secondWords(timeS) };
}

export function secondWords(timeS: number | null): string {
  return formatSecond((timeS ?? 0) * 1_000);
}

function contentSentences({ entries }: Proved): string[] {
  const heads = entries.filter((entry) => entry.disclosed !== 'existence').length;
  const bodies = entries.filter((entry) => entry.disclosed === 'all').length;
  const attachments = countAttachments(entries, true);
  return [
    say('verifier-proved-contents', { heads: counted(heads), bodies: counted(bodies) }),
    ...(attachments > 0 ? [say('verifier-proved-attachments', { count: counted(attachments) })] : []),
  ];
}

function countAttachments(entries: Proved['entries'], isHere: boolean): number {
  return entries.flatMap((entry) => entry.attachments).filter(({ content }) => (content !== null) === isHere).length;
}

function agreementSentence({ versions }: Proved): string {
  const [agreement] = versions;
  return say('verifier-proved-agreement', {
    status: agreement.isExercise ? 'EXERCISE' : 'REAL',
    name: agreement.name,
    version: agreement.version,
    signers: agreement.parties.map((party) => party.id.toUpperCase()).join(', '),
  });
}

/** Whether the agreement names every log's key. */
function areAgreed({ logs, agreed }: Proved): boolean {
  return logs.every((log) => agreed.names(log.key));
}

export function notProvedSentences(proved: Proved, naming: Naming, given: readonly VerifierKey[]): string[] {
  const { logs, entries } = proved;
  const alone = logs.filter((log) => ![log.newest, ...log.earlier].some(isHeldByOthers));
  const classical = logs.filter((log) => !isPostQuantum(log)).map((log) => naming.party(log.number));
  const unknown = logs.flatMap((log) => log.unknown.map(showLine));
  const of = (disclosed: string): number => entries.filter((entry) => entry.disclosed === disclosed).length;
  const counts: readonly (readonly [string, number])[] = [
    ['existence', of('existence')], ['bodies', of('head')], ['attachments', countAttachments(entries, false)],
  ];
  return [
    ...keySentences(proved, given),
    say('ui-verify-not-proved-truth'),
    say('ui-verify-not-proved-person'),
    say('ui-verify-not-proved-written'),
    say('verifier-not-proved-complete'),
    say('verifier-not-proved-branch'),
    ...alone.map((log) => say('verifier-not-proved-held', { party: naming.party(log.number) })),
    ...counts.filter(([, count]) => count > 0).map(([what, count]) => say(`verifier-not-proved-${what}`, { count: counted(count) })),
    ...(classical.length > 0 ? [say('verifier-not-proved-classical', { parties: classical.join(', ') })] : []),
    ...(unknown.length > 0 ? [say('verifier-not-proved-unknown', { names: unknown.join(', ') })] : []),
    ...personSentences(shownStatements(proved), naming),
    say('verifier-not-proved-text'),
  ];
}

/** What persons signed that does not hold, or of which the key's enrolment is not shown. */
function personSentences(statements: readonly ShownStatement[], naming: Naming): string[] {
  const sentences = statements.filter(({ effect }) => effect !== '').map((each) => {
    if (each.effect === 'key_not_shown') return say('persons-key-not-shown', personWords(each, naming));
    const why = say(`persons-effect-${each.effect.replaceAll('_', '-')}`);
    return say('persons-not-proved', { ...personWords(each, naming), why });
  });
  const isAnySigned = statements.some(({ effect }) => effect === '' || effect === 'key_not_shown');
  return isAnySigned ? [...sentences, say('persons-not-proved-who')] : sentences;
}

function isAnswer({ entry }: ShownStatement): boolean {
  return entry.head?.kind === SHOWN;
}

function personWords({ entry, about, post, key }: ShownStatement, naming: Naming): Record<string, string> {
  return {
    number: naming.entry(entry),
    about: about ? naming.number(...about) : '',
    post: naming.post(post, entry.head?.agreementVersion ?? 0),
    key,
  };
}

/** Of the parties' keys that the reader did not give, the file alone says whose they are. */
function keySentences(proved: Proved, given: readonly VerifierKey[]): string[] {
  const sentences = areAgreed(proved) ? [] : [say('verifier-not-proved-agreed')];
  const ofFile = proved.logs.flatMap((log) => log.partyKeys).filter((key) => !isAmong(key, given));
  if (ofFile.length === 0) return sentences;
  const names = [...new Set(ofFile.map((key) => `${showLine(key.name)} (${toHex(key.id)})`))].join(', ');
  const whose = given.length === 0 ? say('verifier-not-proved-keys') : say('verifier-not-proved-given', { names });
  return [...sentences, whose, say('verifier-not-proved-identities')];
}

function isHeldByOthers({ holders, witnesses }: Held): boolean {
  return holders.length + witnesses.length > 0;
}
