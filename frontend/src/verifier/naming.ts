/** Names of what a communique proves, from its own agreement: parties, posts, numbers of entries, kinds. */

import { firstHeld, type ProvedLog } from '../communique/log';
import type { Proved, ProvedEntry } from '../communique/verify';
import { cosignerNameOf, originOf, partyOf, type Agreement, type Post } from '../entries/agreement';
import { formatNumber, partyOfLog } from '../entries/numbers';
import { showLine } from '../entries/shown';
import { KINDS } from '../generated/forms';
import { say, words } from '../lib/words.svelte';
import type { Whole } from '../proof/cbor';
import type { VerifierKey } from '../proof/note';
import type { Signed } from '../proof/signatures';
import { isAmong } from './checking.svelte';
import { secondWords } from './statements';

export class Naming {
  readonly #proved: Proved;

  readonly #given: readonly VerifierKey[];

  /** `given`: keys that the reader has by another way than the file. */
  constructor(proved: Proved, given: readonly VerifierKey[]) {
    this.#proved = proved;
    this.#given = given;
  }

  /** Who signed first for an entry, of keys that the agreement names or the reader gave: others bound nothing. */
  firstHeld({ log, index }: ProvedEntry): Signed | null {
    return firstHeld(log, index, (key) => this.#proved.agreed.names(key) || isAmong(key, this.#given));
  }

  /** How far a call is shown to have come, where no signature of the party that was called covers it; else nothing. */
  tried(entry: ProvedEntry): string {
    const { head, log, index } = entry;
    if (!head || KINDS.find((kind) => kind.number === head.kind)?.name !== 'CALL_PLACED') return '';
    const called = partyOf(head.toPosts[0] ?? '');
    const theirs = firstHeld(log, index, (key) => this.#proved.agreed.names(key) && this.signer(key) === called.toUpperCase());
    if (theirs || !this.parties.includes(called)) return '';
    const first = this.firstHeld(entry);
    const party = this.party(log.number);
    return first ? say('verifier-tried', { party, time: secondWords(first.timeS) }) : say('verifier-tried-unbounded', { party });
  }

  get agreement(): Agreement {
    return this.#proved.versions.at(-1) ?? this.#proved.versions[0];
  }

  get parties(): string[] {
    return this.agreement.parties.map((party) => party.id);
  }

  /** `US`. */
  party(log: Whole): string {
    return partyOfLog(log, this.parties).toUpperCase() || `?${log}`;
  }

  /** `US · United States`, for a log. */
  partyInFull(log: ProvedLog): string {
    const { parties } = this.agreement;
    const party = parties[log.number % parties.length];
    return party ? `${party.id.toUpperCase()} · ${party.name[words.language]}` : showLine(log.origin);
  }

  number(log: Whole, index: Whole): string {
    return formatNumber(log, index, this.parties);
  }

  entry(entry: ProvedEntry): string {
    return this.number(entry.log.number, entry.index);
  }

  /** `RU` for a key that the agreement names as a party's, else the name that the key gives itself. */
  signer(key: VerifierKey): string {
    const known = this.agreement.keys.find((each) => [originOf(this.agreement, each), cosignerNameOf(this.agreement, each)].includes(key.name));
    return known && this.#proved.agreed.names(key) ? known.party.toUpperCase() : showLine(key.name);
  }

  /** `US · Duty desk`, by the version of the agreement that an entry names. */
  post(id: string, version: Whole): string {
    const named = this.#proved.versions.find((each) => each.version === version) ?? this.agreement;
    const post = findPost(named, id) ?? findPost(this.agreement, id);
    if (!post) return showLine(id) || say('not-stated');
    return `${partyOf(post.id).toUpperCase()} · ${post.title[words.language]}`;
  }
}

function findPost(agreement: Agreement, id: string): Post | undefined {
  return agreement.posts.find((post) => post.id === id);
}

/** Name a kind of entry; one of a newer version by its number. */
export function kindWords(kind: Whole): string {
  if (words.has(`act-${kind}`)) return say(`act-${kind}`);
  const name = KINDS.find((each) => each.number === kind)?.name;
  const key = `ui-kind-${name?.toLowerCase().replaceAll('_', '-')}`;
  if (name !== undefined && words.has(key)) return say(key);
  return say('ui-kind-unknown-number', { number: String(kind) });
}

/** Who writes entries of a kind; null: of one that is not known nobody can say. */
export function authorOf(kind: Whole): 'machine' | 'person' | null {
  return KINDS.find((each) => each.number === kind)?.by ?? null;
}
