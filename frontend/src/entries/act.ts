/** What somebody, or a node, did about a message. The twin of services/messages/facts.py. */

import { LIMITS, OUTCOMES } from '../generated/forms';
import type { Whole } from '../proof/cbor';
import { asNatural, asOneOf, asText, asTexts, lengthOf, readBody, stated } from './fields';

export interface Act {
  readonly officer: string;
  readonly text: string;
  readonly outcome: number | null;
  readonly timeMs: Whole | null;
  readonly typed: readonly string[];
  readonly field: Whole | null;
  readonly screens: Whole;
}

/** Null: it cannot be read. */
export function readAct(body: Uint8Array): Act | null {
  return readBody(body, (fields) => ({
    officer: stated(fields, 0, asText, ''),
    text: stated(fields, 1, asText, ''),
    outcome: stated(fields, 2, (value) => asOneOf(value, OUTCOMES.map((each) => each.number)), null),
    timeMs: stated(fields, 3, asNatural, null),
    typed: stated(fields, 4, asTexts, []),
    field: stated(fields, 5, asNatural, null),
    screens: stated(fields, 6, asNatural, 0),
  }));
}

/** Whether it keeps within what an act may hold; one that does not has no effect on the line. */
export function isWithinLimits(act: Act): boolean {
  return (
    lengthOf(act.officer) <= LIMITS.label_characters &&
    lengthOf(act.text) <= LIMITS.act_text_characters &&
    act.typed.length <= LIMITS.typed_fields
  );
}
