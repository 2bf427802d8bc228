/** What the page is doing: nothing, checking a file in slices, or showing what came of it. */

import { verifyCommunique, type Proved } from '../communique/verify';
import { MAX_FILE_BYTES } from '../communique/envelope';
import type { Far } from '../communique/far';
import { isSame } from '../proof/octets';
import { COSIGNATURE, ML_DSA_44, type VerifierKey } from '../proof/note';
import { Refusal } from '../proof/refusal';

const SLICE_MS = 24;
const NOT_TRUSTED = 'cli.verify_communique.not_trusted';

export type State =
  | { readonly is: 'nothing' }
  | { readonly is: 'checking'; readonly name: string; readonly far: Far | null }
  | { readonly is: 'refused'; readonly name: string; readonly refusal: Refusal }
  | { readonly is: 'not-read'; readonly name: string }
  | { readonly is: 'proved'; readonly name: string; readonly proved: Proved };

class Checking {
  state = $state.raw<State>({ is: 'nothing' });
  #turn = 0;

  /** Check a file; if keys are given, no others are trusted. */
  async check(file: File, given: readonly VerifierKey[]): Promise<void> {
    const mine = ++this.#turn;
    const tell = (state: State): void => {
      if (mine === this.#turn) this.state = state;
    };
    tell({ is: 'checking', name: file.name, far: null });
    try {
      if (file.size > MAX_FILE_BYTES) throw new Refusal('wire.communique.size');
      const octets = new Uint8Array(await file.arrayBuffer());
      const steps = verifyCommunique(octets);
      for (;;) {
        const step = runSlice(steps);
        if (mine !== this.#turn) return;
        if (step.done) {
          insistOnGiven(step.value, given);
          tell({ is: 'proved', name: file.name, proved: step.value });
          return;
        }
        tell({ is: 'checking', name: file.name, far: step.value });
        await new Promise((resolve) => setTimeout(resolve));
      }
    } catch (problem) {
      if (problem instanceof Refusal) tell({ is: 'refused', name: file.name, refusal: problem });
      else if (problem instanceof DOMException) tell({ is: 'not-read', name: file.name });
      else throw problem;
    }
  }

  stop(): void {
    this.#turn++;
    this.state = { is: 'nothing' };
  }
}

function runSlice(steps: Generator<Far, Proved>): IteratorResult<Far, Proved> {
  const until = performance.now() + SLICE_MS;
  let step = steps.next();
  while (!step.done && performance.now() < until) step = steps.next();
  return step;
}

/** Every log must be signed by a key that the reader gave, and co-signed under given keys alone if any of that kind was given. */
function insistOnGiven({ logs }: Proved, given: readonly VerifierKey[]): void {
  if (given.length === 0) return;
  for (const { key, origin, newest, postQuantum, partyKeys } of logs) {
    const cosigners = [...newest.holders, ...newest.witnesses].map((each) => each.key);
    const signers = [...postQuantum, ...partyKeys.filter((each) => each.algorithm === ML_DSA_44)];
    const areTrusted = areAmong(cosigners, COSIGNATURE, given) && areAmong(signers, ML_DSA_44, given);
    if (!isAmong(key, given) || !areTrusted) throw new Refusal(NOT_TRUSTED, { log: origin });
  }
}

function areAmong(signers: readonly VerifierKey[], algorithm: number, given: readonly VerifierKey[]): boolean {
  const trusted = given.filter((key) => key.algorithm === algorithm);
  return trusted.length === 0 || signers.every((each) => isAmong(each, trusted));
}

export function isAmong(key: VerifierKey, keys: readonly VerifierKey[]): boolean {
  return keys.some((each) => each.name === key.name && each.algorithm === key.algorithm && isSame(each.key, key.key));
}

export const checking = new Checking();
