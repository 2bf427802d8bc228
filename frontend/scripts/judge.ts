/**
 * Asks the modules of the verifier, without a browser, what they make of something: tests compare it with the command line.
 *
 *     node --import ./scripts/resolve.ts scripts/judge.ts      a JSON question a line in, a JSON answer a line out
 */
import { createInterface } from 'node:readline';
import { judgeConsent } from '../src/communique/consent';
import { personEffect, shownStatements } from '../src/communique/persons';
import { firstHeld, isPostQuantum } from '../src/communique/log';
import { inSequence } from '../src/communique/sequence';
import { verifyCommunique, type Proved, type ProvedEntry } from '../src/communique/verify';
import { parseAgreement } from '../src/entries/agreement';
import { decodeHead } from '../src/entries/head';
import { verifyFirstBody } from '../src/entries/incarnation';
import { readMessage } from '../src/entries/message';
import { incidentRows, isIncident } from '../src/entries/incident';
import { NOTICES, noticeRows } from '../src/entries/notice';
import { passingRows } from '../src/entries/passing';
import { readEnded, readEnrolled, readStated } from '../src/entries/persons';
import { readAsked, readNote, readPromise } from '../src/entries/presence';
import { saidIn, saidInNote } from '../src/entries/said';
import { show } from '../src/entries/shown';
import { decode } from '../src/proof/cbor';
import { verifyEd25519, verifyMlDsa } from '../src/proof/keys';
import { fromHex, readBase64, toHex, utf8ToBytes } from '../src/proof/octets';
import { Refusal } from '../src/proof/refusal';

type Question = Readonly<Record<string, string>>;
type Judge = (question: Question) => unknown;

const JUDGES: Readonly<Record<string, Judge>> = {
  ed25519: ({ key = '', message = '', signature = '' }) => verifyEd25519(fromHex(key), fromHex(message), fromHex(signature)),
  mldsa: ({ key = '', message = '', signature = '' }) => verifyMlDsa(fromHex(key), fromHex(message), fromHex(signature)),
  cbor: ({ octets = '' }) => void decode(fromHex(octets)),
  head: ({ octets = '' }) => void decodeHead(fromHex(octets)),
  opening: ({ octets = '' }) => void verifyFirstBody(fromHex(octets)),
  agreement: ({ octets = '' }) => void parseAgreement(fromHex(octets)),
  said: ({ head = '', octets = '' }) => saidIn(decodeHead(fromHex(head)), fromHex(octets), ['us', 'ru']),
  message: ({ octets = '' }) => readMessage(fromHex(octets)).defect,
  presence: ({ kind = '', octets = '' }) => presenceRows(Number(kind), fromHex(octets)),
  note: ({ octets = '' }) => [readNote(fromHex(octets))?.defect ?? 'unreadable_note', saidInNote(fromHex(octets), ['us', 'ru'])],
  notice: ({ kind = '', octets = '' }) => saidOf(Number(kind), fromHex(octets)),
  person: ({ kind = '', octets = '' }) => personRows(Number(kind), fromHex(octets)),
  effect: ({ head = '', octets = '', log = '0', line = '' }) =>
    personEffect(decodeHead(fromHex(head)), fromHex(octets), Number(log), { id: line, parties: ['us', 'ru'] }),
  shown: ({ text = '' }) => [show(text).text, ...show(text).findings.map(({ what, name }) => `${what} ${name}`)],
  communique: ({ file = '' }) => summaryOf(verifyWhole(readBase64(utf8ToBytes(file)) ?? new Uint8Array())),
};

/** What a body of these kinds says; its head says nothing here. */
function saidOf(kind: number, body: Uint8Array): unknown {
  if (isIncident(kind)) return incidentRows(kind, body);
  return (NOTICES.includes(kind) ? noticeRows : passingRows)(kind, body);
}

/** The defect of a body about a personal key, and what it says. */
function personRows(kind: number, body: Uint8Array): unknown {
  const fact = kind === 104 ? readEnrolled(body) : kind === 105 ? readEnded(body) : readStated(body);
  const head = { kind } as Parameters<typeof saidIn>[0];
  return [fact ? fact.defect : 'unreadable_body', saidIn(head, body, [])];
}

/** The defect of a question of presence or a note, and what it says. */
function presenceRows(kind: number, body: Uint8Array): unknown {
  const defect = kind === 112 ? readAsked(body)?.defect : readPromise(body) && '';
  const head = { kind } as Parameters<typeof saidIn>[0];
  return [defect ?? 'unreadable_body', saidIn(head, body, [])];
}

function verifyWhole(file: Uint8Array): Proved {
  const steps = verifyCommunique(file);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

function summaryOf(proved: Proved): unknown {
  return {
    issuer: proved.header.issuer,
    persons: shownStatements(proved).map(({ entry, effect }) => [Number(entry.index), effect]),
    is_post_quantum: proved.isPostQuantum,
    is_exercise: proved.versions[0].isExercise,
    missing: judgeConsent(proved).missing,
    agreed: proved.logs.map((log) => proved.agreed.names(log.key)),
    classical: proved.logs.filter((log) => !isPostQuantum(log)).map((log) => log.number),
    sequence: inSequence(proved.entries).map((entry) => [entry.log.number, Number(entry.index)]),
    entries: proved.entries.map((entry) => entrySummary(entry, proved)),
  };
}

function entrySummary(entry: ProvedEntry, proved: Proved): unknown {
  const parties = proved.versions[0].parties.map((party) => party.id);
  const content = entry.body && entry.head ? readMessage(entry.body).content : null;
  return {
    log: entry.log.number,
    index: Number(entry.index),
    disclosed: entry.disclosed,
    kind: entry.head ? Number(entry.head.kind) : null,
    text: content?.text ?? null,
    said: entry.body && entry.head ? saidIn(entry.head, entry.body, parties) : [],
    not_after_s: firstHeld(entry.log, entry.index, (key) => proved.agreed.names(key))?.timeS ?? null,
    body: entry.body ? toHex(entry.body) : null,
    attachments: entry.attachments.map(({ number, content: octets }) => [number, octets ? toHex(octets) : null]),
  };
}

for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(answerTo(JSON.parse(line) as Question)));
}

function answerTo(question: Question): unknown {
  try {
    return { code: '', gives: JUDGES[question['what'] ?? '']?.(question) ?? null };
  } catch (problem) {
    if (problem instanceof Refusal) return { code: problem.code, where: problem.where.log ?? '' };
    throw problem;
  }
}
