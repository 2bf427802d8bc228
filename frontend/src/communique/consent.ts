/** Whether a communique is one-sided: who, as its own proved entries say, proposed, consented to or refused it. */

import { partyOf } from '../entries/agreement';
import { CONSENTED, PROPOSED, readAnswer, readProposal, REFUSED, type Act } from '../entries/consents';
import { partyOfLog } from '../entries/numbers';
import { isSame } from '../proof/octets';
import type { Proved, ProvedEntry } from './verify';

/** Who agreed to a selection, and who did not; `missing`: the parties that did not agree, in their order. */
export interface Consent {
  readonly agreed: readonly ProvedEntry[];
  readonly refused: readonly { readonly entry: ProvedEntry; readonly reason: string }[];
  readonly missing: readonly string[];
}

/**
 * Judge it by the entries alone: a proposal with this digest, or an answer with it whose proposal is here.
 *
 * The first answer of a party stands. The issuer agreed by signing the file.
 */
export function judgeConsent(proved: Proved): Consent {
  const proposals = proved.entries.filter((entry) => entry.head?.kind === PROPOSED && actOn(proved, entry));
  const answers = firstAnswers(proved, proposals);
  const consents = answers.filter((entry) => entry.head?.kind === CONSENTED);
  const agreed = [...proposals, ...consents];
  const parties = new Set([partyIn(proved, proved.issuer.number), ...agreed.map((entry) => partyIn(proved, entry.log.number))]);
  return {
    agreed,
    refused: answers
      .filter((entry) => entry.head?.kind === REFUSED)
      .map((entry) => ({ entry, reason: actOn(proved, entry)?.text ?? '' })),
    missing: proved.versions[0].parties.map((party) => party.id).filter((party) => !parties.has(party)),
  };
}

function firstAnswers(proved: Proved, proposals: readonly ProvedEntry[]): ProvedEntry[] {
  const known = new Set(proposals.map(({ log, index }) => `${log.number}/${index}`));
  const answered = new Set<string>();
  return proved.entries.filter((entry) => {
    const { kind, references } = entry.head ?? { kind: null, references: [] };
    const [first] = references;
    const party = partyIn(proved, entry.log.number);
    if ((kind !== CONSENTED && kind !== REFUSED) || !first || !actOn(proved, entry)) return false;
    if (!known.has(`${first.log}/${first.number}`) || answered.has(party)) return false;
    answered.add(party);
    return true;
  });
}

/** Give what an entry says of this selection, by a post of its own party; null: it says nothing of it. */
function actOn(proved: Proved, { head, body, log }: ProvedEntry): Act | null {
  if (!head || !body || partyOf(head.fromPost) !== partyIn(proved, log.number)) return null;
  const act = head.kind === PROPOSED ? readProposal(body) : readAnswer(head.kind, body);
  return act && !act.isDefective && isSame(act.digest, proved.header.digest) ? act : null;
}

function partyIn(proved: Proved, log: number): string {
  return partyOfLog(log, proved.versions[0].parties.map((party) => party.id));
}
