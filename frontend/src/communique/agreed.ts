/** The versions of the agreement that a communique shows, and the keys that they name. The twin of record/agreed_keys.py. */

import { sha256 } from '@noble/hashes/sha2.js';
import {
  cosignerNameOf, originOf, parseAgreementBody, verifyAgreementBody, verifySignatures, type Agreement,
} from '../entries/agreement';
import type { Head } from '../entries/head';
import { verifyKeyStatement, type KeyStatement } from '../entries/keyStatement';
import { ML_DSA_44, type VerifierKey } from '../proof/note';
import { toHex } from '../proof/octets';
import { Refusal } from '../proof/refusal';

const KEY_STATEMENT = 4;

/** Verify the agreement in entry 0 and its amendments, each signed by all under the identities of the first. Throws Refusal. */
export function verifyVersions(opening: Uint8Array, amendments: readonly Uint8Array[]): Agreement[] {
  const first = verifyAgreementBody(opening);
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

  /** Collect the keys that the versions name, and their successors by key statements among the entries. */
  constructor(versions: readonly [Agreement, ...Agreement[]], entries: readonly ShownEntry[]) {
    for (const agreement of versions) {
      for (const keys of agreement.keys) {
        this.#add(originOf(agreement, keys), toHex(keys.log));
        this.#add(cosignerNameOf(agreement, keys), toHex(keys.cosigner));
        if (keys.logMlDsaSha256) this.#add(originOf(agreement, keys), keys.logMlDsaSha256);
        if (keys.cosignerMlDsaSha256) this.#add(cosignerNameOf(agreement, keys), keys.cosignerMlDsaSha256);
      }
    }
    for (const statement of statementsIn(versions[0], entries)) this.#follow(versions[0], statement);
  }

  names(key: VerifierKey): boolean {
    return this.#known.has(`${key.name} ${toHex(key.algorithm === ML_DSA_44 ? sha256(key.key) : key.key)}`);
  }

  #follow(agreement: Agreement, statement: KeyStatement): void {
    const keys = agreement.keys.find((each) => each.party === statement.party);
    if (!keys || !statement.newKey) return;
    const name = statement.role.startsWith('log') ? originOf(agreement, keys) : cosignerNameOf(agreement, keys);
    const isFirst = statement.oldKey.length === 0;
    if (isFirst || this.#known.has(`${name} ${toHex(statement.oldKey)}`)) this.#add(name, toHex(statement.newKey));
  }

  #add(name: string, key: string): void {
    this.#known.add(`${name} ${key}`);
  }
}

export interface ShownEntry {
  readonly head: Head | null;
  readonly body: Uint8Array | null;
}

function statementsIn(agreement: Agreement, entries: readonly ShownEntry[]): KeyStatement[] {
  const found: KeyStatement[] = [];
  for (const { head, body } of entries) {
    if (head?.kind !== KEY_STATEMENT || !body) continue;
    try {
      found.push(verifyKeyStatement(body, agreement));
    } catch (problem) {
      // An entry like any other: what it says has no effect, and names no key.
      if (!(problem instanceof Refusal)) throw problem;
    }
  }
  return found.filter((each) => each.role !== 'session').toSorted((left, right) => left.number - right.number);
}
