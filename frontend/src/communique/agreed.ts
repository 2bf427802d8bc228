/** The versions of the agreement that a communique shows, and the keys that they name. The twin of record/agreed_keys.py. */

import { sha256 } from '@noble/hashes/sha2.js';
import {
  cosignerNameOf, originOf, parseAgreementBody, verifySignatures, type Agreement,
} from '../entries/agreement';
import type { Head } from '../entries/head';
import { INCARNATION_OPENED, parseOpeningBody, verifyFirstBody, verifyIncarnation, type Incarnation } from '../entries/incarnation';
import { verifyKeyStatement, type KeyStatement } from '../entries/keyStatement';
import { ML_DSA_44, type VerifierKey } from '../proof/note';
import { toHex } from '../proof/octets';
import { Refusal } from '../proof/refusal';

const KEY_STATEMENT = 4;

/** Verify the agreement in entry 0 and its amendments, each signed by all under the identities of the first. Throws Refusal. */
export function verifyVersions(opening: Uint8Array, amendments: readonly Uint8Array[]): Agreement[] {
  const first = verifyFirstBody(opening);
  const versions = [first];
  for (const body of amendments) {
    const { octets, signatures } = parseAgreementBody(body);
    const agreement = verifySignatures(octets, signatures, first);
    const isOfLine =
      agreement.version > (versions.at(-1)?.version ?? 0) && agreement.isExercise === first.isExercise &&
      agreement.lineId === first.lineId && idsOf(agreement) === idsOf(first) && signatures.length === first.parties.length;
    if (!isOfLine) throw new Refusal('record.agreed_keys.version');
    versions.push(agreement);
  }
  return versions;
}

function idsOf(agreement: Agreement): string {
  return agreement.parties.map((party) => party.id).join();
}

/** Names and keys, as verifier keys have them; a key of ML-DSA-44 is named by its SHA-256. */
export class AgreedKeys {
  readonly #known = new Set<string>();
  /** The names of a party's logs, or of its cosigners. */
  readonly #names = new Map<string, string[]>();

  /** Collect the keys that the versions name, those of new incarnations, and successors by key statements. */
  constructor(versions: readonly [Agreement, ...Agreement[]], entries: readonly ShownEntry[]) {
    const [first] = versions;
    for (const agreement of versions) {
      for (const key of agreement.witnesses) this.#known.add(knownAs(key));
      for (const keys of agreement.keys) {
        const [log, cosigner] = [originOf(agreement, keys), cosignerNameOf(agreement, keys)];
        this.#bring(keys.party, log, cosigner, [keys.log, keys.cosigner].map(toHex), [keys.logMlDsaSha256, keys.cosignerMlDsaSha256]);
      }
    }
    for (const { party, incarnation, logKey, cosignerKey, mlDsa } of incarnationsIn(first, entries)) {
      const log = `${first.name}/${first.lineId}/${party}/${incarnation}`;
      this.#bring(party, log, `${log}/cosigner`, [logKey, cosignerKey].map(toHex), mlDsa.map(toHex));
    }
    for (const statement of statementsIn(first, entries)) this.#follow(statement);
  }

  names(key: VerifierKey): boolean {
    return this.#known.has(knownAs(key));
  }

  #bring(party: string, log: string, cosigner: string, ...keys: readonly (readonly (string | null)[])[]): void {
    this.#name(`log ${party}`, log);
    this.#name(`cosigner ${party}`, cosigner);
    for (const [logKey = null, cosignerKey = null] of keys) {
      // A party without ML-DSA-44 keys has an empty one, which a first one follows.
      this.#known.add(`${log} ${logKey ?? ''}`).add(`${cosigner} ${cosignerKey ?? ''}`);
    }
  }

  #name(role: string, name: string): void {
    const names = this.#names.get(role) ?? [];
    if (!names.includes(name)) this.#names.set(role, [...names, name]);
  }

  #follow({ party, role, oldKey, newKey }: KeyStatement): void {
    if (!newKey) return;
    for (const name of this.#names.get(`${role.replace('-mldsa', '')} ${party}`) ?? []) {
      if (this.#known.has(`${name} ${toHex(oldKey)}`)) this.#known.add(`${name} ${toHex(newKey)}`);
    }
  }
}

function knownAs({ name, algorithm, key }: VerifierKey): string {
  return `${name} ${toHex(algorithm === ML_DSA_44 ? sha256(key) : key)}`;
}

export interface ShownEntry {
  readonly head: Head | null;
  readonly body: Uint8Array | null;
}

/** Give the incarnations of the line that the identity keys signed, the first of each number. */
function incarnationsIn(agreement: Agreement, entries: readonly ShownEntry[]): Incarnation[] {
  const found = new Map<string, Incarnation>();
  for (const { head, body } of entries) {
    if (head?.kind !== INCARNATION_OPENED || !body) continue;
    const opened = unlessRefused(() => verifyIncarnation(parseOpeningBody(body).statement, agreement));
    const name = `${opened?.party} ${opened?.incarnation}`;
    if (opened && !found.has(name)) found.set(name, opened);
  }
  return [...found.values()];
}

/** What does not hold is an entry like any other: what it says has no effect, and names no key. */
function unlessRefused<T>(step: () => T): T | null {
  try {
    return step();
  } catch (problem) {
    if (problem instanceof Refusal) return null;
    throw problem;
  }
}

function statementsIn(agreement: Agreement, entries: readonly ShownEntry[]): KeyStatement[] {
  const found: KeyStatement[] = [];
  for (const { head, body } of entries) {
    if (head?.kind !== KEY_STATEMENT || !body) continue;
    const statement = unlessRefused(() => verifyKeyStatement(body, agreement));
    if (statement) found.push(statement);
  }
  return found.filter((each) => each.role !== 'session').toSorted((left, right) => left.number - right.number);
}
