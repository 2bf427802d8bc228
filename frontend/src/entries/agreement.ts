/**
 * The agreement that entry 0 holds, as far as a verifier needs it: whose the keys are, who speaks, REAL or EXERCISE.
 *
 * Everything else in the text is read as strictly as by the command line, and then left: what one refuses, both refuse.
 * The twin of wire/agreement.py and keys/agreement_signatures.py.
 */

import { x25519 } from '@noble/curves/ed25519.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { decode, isBytes, isList, isMap, type Value } from '../proof/cbor';
import { checkEd25519Key, verifyEd25519, verifyMlDsa } from '../proof/keys';
import { COSIGNATURE, ML_DSA_44, parseKey, type VerifierKey } from '../proof/note';
import { toBase64, toHex, utf8ToBytes } from '../proof/octets';
import { Refusal } from '../proof/refusal';
import { hasForeignWord } from './deceptive';
import { readFirebreak, type Pair } from './firebreak';
import { parseToml, refused, type Table } from './toml';

const MAX_PARTIES = 16;
const MAX_WITNESSES = 4;
const MAX_VKEY_CHARACTERS = 2_048;
const MAX_LADDER_POSTS = 64;
const MAX_LEAD_S = 366 * 86_400;
const NOTICE_FORMS = [
  'military_activity', 'flight_safety', 'hazard_to_navigation', 'missile_launch', 'static_site', 'humanitarian_movement',
  'sea_movement', 'temporary_zone', 'unusual_activity',
];
const INCIDENT_FORM =
  /^(?:hazardous_incident|dangerous_approach|violation|aircraft_astray|accidental_launch|struck_after_notice|unusual_activity|other)$/;
const PRECEDENCE = /^(?:FLASH|IMMEDIATE|PRIORITY|ROUTINE)$/;
const TRIGGER_ID = /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/;
const MAX_TRIGGERS = 32;
const MAX_WATCH_GRACE_S = 86_400;
const MAX_AGE_S = 100 * 366 * 86_400;
const MAX_ORIGIN_BYTES = 120;
const ML_DSA_PUBLIC_BYTES = 1_312;
const ML_DSA_SIGNATURE_BYTES = 2_420;
const NAME = /^[a-z0-9](?:[a-z0-9.-]{0,38}[a-z0-9])?$/;
const WITNESS_NAME = /^[a-z](?:[a-z0-9-]{0,22}[a-z0-9])?$/;
const PARTY_ID = /^[a-z][a-z0-9]{0,15}$/;
const POST_ID = /^[a-z][a-z0-9]{0,15}\.[a-z][a-z0-9-]{0,23}$/;
const RUNG = new RegExp(`^${POST_ID.source.slice(1, -1)}(?: \\+ ${POST_ID.source.slice(1, -1)})*$`);
const LANGUAGE = /^[a-z]{2}$/;
const DISPLAY_LANGUAGES = ['en', 'fr', 'ru'] as const;
const PRECEDENCES = ['FLASH', 'IMMEDIATE', 'PRIORITY', 'ROUTINE'] as const;
const DEADLINES = ['record', 'shown', 'taken', 'read', 'read_back', 'passed_to', 'outcome', 'reply'] as const;
const LOG_ML_DSA = 'log_ml_dsa_44_sha256';
const COSIGNER_ML_DSA = 'cosigner_ml_dsa_44_sha256';
const ANY_SCALAR = new Uint8Array(32).fill(0x42);

export type Words = Readonly<Record<(typeof DISPLAY_LANGUAGES)[number], string>>;

export interface Party {
  readonly id: string;
  readonly name: Words;
}

export interface Post {
  readonly id: string;
  readonly title: Words;
}

export interface PartyKeys {
  readonly party: string;
  readonly incarnation: number;
  readonly identity: Uint8Array;
  readonly identityMlDsaSha256: string;
  readonly log: Uint8Array;
  readonly cosigner: Uint8Array;
  readonly session: Uint8Array;
  /** SHA-256 of ML-DSA-44 keys, in hexadecimal digits; absent on lines that were paired without. */
  readonly logMlDsaSha256: string | null;
  readonly cosignerMlDsaSha256: string | null;
}

export interface Agreement {
  readonly name: string;
  readonly isExercise: boolean;
  readonly version: number;
  readonly lineId: string;
  readonly parties: readonly Party[];
  readonly posts: readonly Post[];
  readonly keys: readonly PartyKeys[];
  /** Keys of neutral witnesses. */
  readonly witnesses: readonly VerifierKey[];
}

/** Verify an agreement, or the body that holds it: exact bytes, signed by the identity keys of all parties. Throws Refusal. */
export function verifyAgreement(given: Uint8Array | SignedText): Agreement {
  const { octets, signatures } = given instanceof Uint8Array ? parseAgreementBody(given) : given;
  const agreement = parseAgreement(octets);
  for (const keys of agreement.keys) checkKeys(keys);
  verifySignatures(octets, signatures, agreement);
  if (signatures.length !== agreement.parties.length) throw new Refusal('keys.agreement.unsigned');
  return agreement;
}

/** Read an agreement and its signatures; nothing is verified yet. Throws Refusal `keys.agreement.bad_body`, `wire.*`. */
export function parseAgreementBody(body: Uint8Array): SignedText {
  const fields = decode(body);
  const [octets, rows] = isMap(fields) && fields.size === 2 ? [fields.get(0), fields.get(1)] : [];
  if (!isBytes(octets) || !isList(rows)) throw new Refusal('keys.agreement.bad_body');
  return { octets, signatures: rows.map(readSignatures) };
}

/** Verify that each signature is by a party of its own, with its identity key in `identities`. Throws Refusal. */
export function verifySignatures(octets: Uint8Array, signatures: readonly Signatures[], identities: Agreement): Agreement {
  const agreement = parseAgreement(octets);
  const signers = new Set(signatures.map((each) => each.party));
  const isEachOnce = signers.size === signatures.length && signatures.every((each) => keysOf(identities, each.party));
  if (!isEachOnce) throw new Refusal('keys.agreement.signers');
  const text = noteOf(agreement, octets);
  for (const each of signatures) verifyIdentity(identities, each, text);
  return agreement;
}

/** The exact bytes of a text, and who signed them. */
export interface SignedText {
  readonly octets: Uint8Array;
  readonly signatures: readonly Signatures[];
}

/** One identity under one text: Ed25519 and ML-DSA-44, and the ML-DSA-44 key itself. */
export interface Signatures {
  readonly party: string;
  readonly mlDsaPublic: Uint8Array;
  readonly ed25519: Uint8Array;
  readonly mlDsa: Uint8Array;
}

export function readSignatures(row: Value | undefined): Signatures {
  const [party, mlDsaPublic, ed25519, mlDsa, ...more] = isList(row) ? row : [];
  const isGood =
    typeof party === 'string' && isBytes(mlDsaPublic, ML_DSA_PUBLIC_BYTES) && isBytes(ed25519, 64) &&
    isBytes(mlDsa, ML_DSA_SIGNATURE_BYTES) && more.length === 0;
  if (!isGood) throw new Refusal('wire.card.bad_field');
  return { party, mlDsaPublic, ed25519, mlDsa };
}

function noteOf(agreement: Agreement, octets: Uint8Array): Uint8Array {
  const digest = toBase64(sha256(octets));
  return utf8ToBytes(`coupefeu/agreement/v1\n${agreement.lineId}\n${agreement.version}\n${digest}\n`);
}

/** Verify what a party's identity signed. Throws Refusal `keys.agreement.other_key`, `keys.*`. */
export function verifyIdentity(agreement: Agreement, signatures: Signatures, text: Uint8Array): void {
  const keys = keysOf(agreement, signatures.party);
  if (keys?.identityMlDsaSha256 !== toHex(sha256(signatures.mlDsaPublic))) throw new Refusal('keys.agreement.other_key');
  verifyEd25519(keys.identity, text, signatures.ed25519);
  verifyMlDsa(signatures.mlDsaPublic, text, signatures.mlDsa);
}

function checkKeys(keys: PartyKeys): void {
  for (const key of [keys.identity, keys.log, keys.cosigner]) checkEd25519Key(key);
  checkSessionKey(keys.session);
}

/** Refuse an X25519 key with which every secret is zero. Throws Refusal `keys.x25519.zero`. */
export function checkSessionKey(key: Uint8Array): void {
  try {
    x25519.getSharedSecret(ANY_SCALAR, key);
  } catch {
    throw new Refusal('keys.x25519.zero');
  }
}

export function keysOf(agreement: Agreement, party: string): PartyKeys | undefined {
  return agreement.keys.find((each) => each.party === party);
}

/** `demo/9f…/us/1`. */
export function originOf(agreement: Agreement, keys: PartyKeys): string {
  return `${agreement.name}/${agreement.lineId}/${keys.party}/${keys.incarnation}`;
}

export function cosignerNameOf(agreement: Agreement, keys: PartyKeys): string {
  return `${originOf(agreement, keys)}/cosigner`;
}

/** Throws Refusal `wire.toml.*`, `wire.agreement.*`. */
export function parseAgreement(octets: Uint8Array): Agreement {
  const root = parseToml(octets);
  root.integer('coupefeu_agreement', 1, 1);
  const isExercise = root.choice('status', ['REAL', 'EXERCISE'] as const) === 'EXERCISE';
  const name = root.text('name', NAME);
  const languages = root.texts('languages', LANGUAGE);
  const parties = parseParties(root, isExercise, languages);
  const posts = parsePosts(root, parties);
  checkDesks(parties, posts);
  const line = root.table('line');
  const lineId = line.hexadecimal('id', 16);
  line.finish();
  const version = root.integer('version', 1, 9_999);
  const { pairs, hasLineTests } = readTerms(root, parties, posts);
  const witnesses = parseWitnesses(root, parties);
  readFirebreak(root, {
    posts: posts.map((post) => post.id),
    desks: parties.map((party) => party.desk),
    pairs,
    hasLineTests,
    hasWitness: witnesses.length > 0,
  });
  const keys = parseKeys(root, name, lineId, parties, witnesses);
  root.finish();
  return { name, isExercise, version, lineId, parties, posts, keys, witnesses };
}

interface WrittenParty extends Party {
  readonly desk: string;
}

function parseParties(root: Table, isExercise: boolean, languages: readonly string[]): WrittenParty[] {
  const parties = root.tables('parties', 2, MAX_PARTIES).map((row) => {
    if (row.has('clock') && !isExercise) throw refused('real_clock');
    if (!languages.includes(row.text('language', LANGUAGE))) throw refused('bad_value');
    const party = { id: row.text('id', PARTY_ID), name: parseWords(row, 'name'), desk: row.text('duty_desk', POST_ID) };
    if (row.has('clock')) row.shiftMs('clock');
    row.finish();
    return party;
  });
  insistOnce(parties.map((party) => party.id));
  return parties;
}

function parsePosts(root: Table, parties: readonly Party[]): Post[] {
  const posts = root.tables('posts', 2, 256).map((row) => {
    const post = { id: row.text('id', POST_ID), title: parseWords(row, 'title') };
    parseWords(row, 'address');
    if (!parties.some((party) => party.id === partyOf(post.id))) throw refused('unknown_party');
    row.finish();
    return post;
  });
  insistOnce(posts.map((post) => post.id));
  return posts;
}

function checkDesks(parties: readonly WrittenParty[], posts: readonly Post[]): void {
  for (const party of parties) {
    if (partyOf(party.desk) !== party.id || !isPost(posts, party.desk)) throw refused('unknown_post');
  }
}

interface ReadTerms {
  readonly pairs: readonly Pair[];
  readonly hasLineTests: boolean;
}

/** Read what a verifier makes no use of, as strictly as the rest; gives what decides which rules can fire. */
function readTerms(root: Table, parties: readonly Party[], posts: readonly Post[]): ReadTerms {
  root.instantMs('in_force');
  if (root.has('classical_until')) root.instantMs('classical_until');
  const mode = root.choice('record_mode', ['ON RECORD', 'RECORD OF FACT ONLY'] as const);
  root.durationS('skew', 0);
  root.hexadecimal('dictionary_sha256', 32);
  const pairs = readPairs(root, posts);
  readLadders(root, posts);
  const longestS = readDeadlines(root.table('deadlines'));
  readAges(root, mode === 'RECORD OF FACT ONLY', longestS);
  const hasLineTests = readLineTests(root, parties) > 0;
  readBudgets(root.table('budgets'));
  readCalls(root);
  readWatch(root);
  readNotices(root);
  readLineState(root);
  readIncidents(root);
  readTriggers(root, posts);
  return { pairs, hasLineTests };
}

/** Read what still passes on a suspended line, where that is agreed. */
function readLineState(root: Table): void {
  if (!root.has('line_state')) return;
  const table = root.table('line_state');
  table.flag('calls_when_suspended');
  const flash = table.flag('flash_when_suspended');
  if (table.flag('messages_when_suspended') && !flash) throw refused('bad_value');
  table.finish();
}

/** Read how near two versions of one incident lie, and how soon a reply and a meeting are due, where that is agreed. */
function readIncidents(root: Table): void {
  if (!root.has('incidents')) return;
  const table = root.table('incidents');
  table.integer('match_distance_m', 0, 1_000_000);
  table.durationS('match_time', 0, 30 * 86_400);
  for (const field of ['reply', 'meeting']) table.durationS(field, 60, MAX_LEAD_S);
  table.finish();
}

/** Read the events whose form opens in one press, where they are agreed. */
function readTriggers(root: Table, posts: readonly Post[]): void {
  if (!root.has('triggers')) return;
  const triggers = root.tables('triggers', 1, MAX_TRIGGERS).map((row) => {
    const names = DISPLAY_LANGUAGES.map((language) => [language, row.text(language)] as const);
    if (names.some(([language, name]) => hasForeignWord(name, language))) throw refused('deceptive_text');
    const id = row.text('id', TRIGGER_ID);
    row.text('form', INCIDENT_FORM);
    row.text('precedence', PRECEDENCE);
    if (row.has('to')) insistEveryParty(row.texts('to', POST_ID), posts);
    row.finish();
    return id;
  });
  insistOnce(triggers);
}

/** Insist on posts that are here, and on one of every party: each must be able to press it. */
function insistEveryParty(to: readonly string[], posts: readonly Post[]): void {
  if (!to.every((each) => isPost(posts, each))) throw refused('unknown_post');
  if (new Set(to.map(partyOf)).size !== new Set(posts.map((each) => partyOf(each.id))).size) throw refused('bad_value');
}

/** Read what plans keep apart by, and the terms of each form of notice, where that is agreed. */
function readNotices(root: Table): void {
  if (!root.has('notices')) return;
  const table = root.table('notices');
  for (const field of ['emergency', 'sea_entry']) table.durationS(field, 0, MAX_LEAD_S);
  if (table.has('separation')) {
    const row = table.table('separation');
    row.integer('distance_m', 0, 1_000_000);
    row.integer('altitude_m', 0, 100_000);
    row.durationS('time', 0, 86_400);
    row.finish();
  }
  for (const form of NOTICE_FORMS.filter((each) => table.has(each))) {
    const row = table.table(form);
    row.durationS('lead', 0, MAX_LEAD_S);
    row.durationS('answer', 60, MAX_LEAD_S);
    row.finish();
  }
  table.finish();
}

/** Read how long a desk may be without anybody on watch, where that is agreed. */
function readWatch(root: Table): void {
  if (!root.has('watch')) return;
  const table = root.table('watch');
  table.durationS('grace', 60, MAX_WATCH_GRACE_S);
  table.finish();
}

/** Give the longest of all deadlines, in seconds. */
function readDeadlines(table: Table): number {
  const agreed = PRECEDENCES.flatMap((precedence) => {
    const row = table.table(precedence);
    const seconds = DEADLINES.map((field) => row.durationS(field));
    row.finish();
    return seconds;
  });
  table.finish();
  return Math.max(...agreed);
}

/** Read for how long content is kept: said on a line of facts only, and nowhere shorter than a deadline. */
function readAges(root: Table, isFactOnly: boolean, longestS: number): void {
  if (root.has('record') && !isFactOnly) throw refused('bad_value');
  if (root.has('retention') && isFactOnly) throw refused('bad_value');
  if (isFactOnly) readAge(root.table('record'), 'keep', longestS);
  if (root.has('retention')) readAge(root.table('retention'), 'content', longestS);
}

function readAge(table: Table, field: string, longestS: number): void {
  if (table.durationS(field, 60, MAX_AGE_S) < longestS) throw refused('bad_value');
  table.finish();
}

function readPairs(root: Table, posts: readonly Post[]): Pair[] {
  const pairs = root.tables('pairs', 1, 1_024).map((row) => {
    const [first = '', second = '', ...more] = row.texts('posts', POST_ID);
    if (!isPost(posts, first) || !isPost(posts, second) || more.length > 0) throw refused('unknown_post');
    if (partyOf(first) === partyOf(second)) throw refused('bad_value');
    const hasCadence = row.has('contact_every');
    if (hasCadence) row.durationS('contact_every', 60);
    row.finish();
    return { posts: [first, second], hasCadence };
  });
  insistOnce(pairs.map((pair) => pair.posts.toSorted().join()));
  return pairs;
}

function readLadders(root: Table, posts: readonly Post[]): void {
  const ladders = root.tables('ladders', 0, 256).map((row) => {
    const post = row.text('post', POST_ID);
    const rungs = row.texts('rungs', RUNG);
    const others = rungs.flatMap((rung) => rung.split(' + '));
    if (!isPost(posts, post) || !others.every((each) => isPost(posts, each))) throw refused('unknown_post');
    if (others.includes(post) || others.some((each) => partyOf(each) !== partyOf(post))) throw refused('bad_value');
    insistOnce(others);
    if (others.length >= MAX_LADDER_POSTS) throw refused('bad_value');
    readWaits(row, rungs.length);
    row.finish();
    return post;
  });
  insistOnce(ladders);
}

/** Read one wait for all rungs, or one for each. */
function readWaits(row: Table, count: number): void {
  if (!row.has('steps')) row.durationS('step');
  else if (row.durationsS('steps').length !== count) throw refused('bad_value');
}

/** Read how long calls ring, and how many, where that is agreed. */
function readCalls(root: Table): void {
  if (!root.has('calls')) return;
  const table = root.table('calls');
  table.durationS('ring', 10, 86_400);
  table.durationS('arrange_answer', 60);
  table.integer('per_minute', 1, 600);
  table.finish();
}

/** Give how many schedules there are. */
function readLineTests(root: Table, parties: readonly Party[]): number {
  const schedules = root.tables('line_tests', 0, MAX_PARTIES).map((row) => {
    const party = row.text('party', PARTY_ID);
    if (!parties.some((each) => each.id === party)) throw refused('unknown_party');
    if (row.durationS('every', 5) <= row.durationS('at', 0)) throw refused('bad_value');
    row.durationS('answer_within');
    row.finish();
    return party;
  });
  insistOnce(schedules);
  return schedules.length;
}

function readBudgets(row: Table): void {
  row.integer('entries_per_minute', 60, 10_000_000);
  row.integer('flash_per_minute', 6, 100_000);
  row.integer('alarms_per_minute', 1, 600);
  row.integer('attachment_bytes', 0, 1 << 22);
  row.finish();
}

/** Read the neutral witnesses: each with a name that is no party's, and keys of its own. */
function parseWitnesses(root: Table, parties: readonly Party[]): VerifierKey[] {
  const names = parties.map((party) => party.id);
  const keys = root.tables('witnesses', 0, MAX_WITNESSES).flatMap((row) => {
    names.push(row.text('name', WITNESS_NAME));
    const classical = parseWitnessKey(row, 'key', COSIGNATURE);
    const mlDsa = row.has('ml_dsa') ? parseWitnessKey(row, 'ml_dsa', ML_DSA_44) : null;
    if (mlDsa && mlDsa.name !== classical.name) throw refused('bad_value');
    row.finish();
    return mlDsa ? [classical, mlDsa] : [classical];
  });
  insistOnce(names);
  insistOnce(keys.map((each) => toHex(each.key)));
  return keys;
}

function parseWitnessKey(row: Table, field: string, algorithm: number): VerifierKey {
  const key = parseKey(row.text(field, /^[!-~]+$/, MAX_VKEY_CHARACTERS));
  if (key.algorithm !== algorithm) throw refused('bad_value');
  return key;
}

function parseKeys(
  root: Table,
  name: string,
  lineId: string,
  parties: readonly Party[],
  witnesses: readonly VerifierKey[],
): PartyKeys[] {
  const table = root.table('keys');
  const keys = parties.map((party) => parsePartyKeys(table.table(party.id), party.id));
  table.finish();
  const agreed = witnesses.filter((each) => each.algorithm === COSIGNATURE).map((each) => each.key);
  insistOnce([...keys.flatMap((each) => [each.identity, each.log, each.cosigner, each.session]), ...agreed].map(toHex));
  for (const each of keys) {
    const longest = `${name}/${lineId}/${each.party}/${each.incarnation}/cosigner`;
    if (longest.length > MAX_ORIGIN_BYTES) throw new Refusal('wire.agreement.long_origin');
  }
  return keys;
}

function parsePartyKeys(row: Table, party: string): PartyKeys {
  // Those of ML-DSA-44 stand there both, or neither on a line that was paired without them.
  const hasMlDsa = row.has(LOG_ML_DSA) || row.has(COSIGNER_ML_DSA);
  const keys = {
    party,
    incarnation: row.integer('incarnation', 1, 9_999),
    identity: row.octets('identity', 32),
    identityMlDsaSha256: row.hexadecimal('identity_ml_dsa_44_sha256', 32),
    log: row.octets('log', 32),
    cosigner: row.octets('cosigner', 32),
    session: row.octets('session', 32),
    logMlDsaSha256: hasMlDsa ? row.hexadecimal(LOG_ML_DSA, 32) : null,
    cosignerMlDsaSha256: hasMlDsa ? row.hexadecimal(COSIGNER_ML_DSA, 32) : null,
  };
  row.finish();
  return keys;
}

function parseWords(row: Table, field: string): Words {
  const table = row.table(field);
  const words = { en: table.text('en'), fr: table.text('fr'), ru: table.text('ru') };
  table.finish();
  if (DISPLAY_LANGUAGES.some((language) => hasForeignWord(words[language], language))) throw refused('deceptive_text');
  return words;
}

function insistOnce(names: readonly string[]): void {
  if (new Set(names).size !== names.length) throw refused('twice');
}

function isPost(posts: readonly Post[], id: string): boolean {
  return posts.some((post) => post.id === id);
}

export function partyOf(post: string): string {
  return post.split('.')[0] ?? '';
}
