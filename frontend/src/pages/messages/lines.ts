/** A pushed message as the line that a list shows, and where that line belongs; our node's own lists have the last word. */

import { PRECEDENCES } from '../../generated/forms';
import type { MessageLine, MessageValues, StepValues } from '../../generated/types';

/** Of a text, in a list. */
export const BEGINNING_CHARACTERS = 160;

/** Give what a list shows of a message. */
export function lineOf(message: MessageValues): MessageLine {
  const waiting = nextOf(message);
  const beginning = Array.from(message.shown.replace(/\s+/gu, ' ').trim());
  return {
    number: message.number,
    party: message.party,
    ours: message.ours,
    kind: message.kind,
    form: message.form,
    subject: message.subject,
    precedence: message.precedence,
    flash: message.flash,
    from_post: message.from_post,
    to_posts: message.to_posts,
    language: message.language,
    arrived_ms: message.arrived_ms,
    operative: message.operative,
    place: message.place,
    phrase: message.phrase,
    slots: message.slots,
    channel: message.channel,
    template: message.template,
    beginning: beginning.slice(0, BEGINNING_CHARACTERS).join(''),
    attachments: message.attachments.length,
    about: message.about,
    open: message.open,
    overdue: message.overdue,
    due_ms: waiting?.step.clock?.due_ms ?? null,
    next_step: waiting?.step.step ?? null,
    next_party: waiting?.party ?? null,
    sounds: message.sounds,
    effect: message.effect,
    cancelled: message.cancelled_by.length > 0,
    shown_ms: firstDone(message, 'shown'),
    taken_ms: firstDone(message, 'taken-by'),
    erased: message.erased !== null,
  };
}

/** Put a line into the open ones, the most urgent first; or take it out, when nothing of it is open. */
export function placeOpen(rows: readonly MessageLine[], line: MessageLine): readonly MessageLine[] {
  const others = rows.filter((row) => row.number !== line.number);
  return line.open ? [...others, line].sort(byUrgency) : others;
}

function byUrgency(one: MessageLine, other: MessageLine): number {
  return rank(one) - rank(other) || (one.due_ms ?? Infinity) - (other.due_ms ?? Infinity);
}

function rank(line: MessageLine): number {
  return PRECEDENCES.findIndex((precedence) => precedence === line.precedence);
}

/** The deadline that runs out first. */
function nextOf(message: MessageValues): { party: string; step: StepValues } | undefined {
  return stepsOf(message)
    .filter(({ step }) => step.clock?.running)
    .sort((one, other) => (one.step.clock?.due_ms ?? 0) - (other.step.clock?.due_ms ?? 0))[0];
}

function firstDone(message: MessageValues, name: string): number | null {
  const done = stepsOf(message).flatMap(({ step }) => (step.step === name && step.when_ms !== null ? [step.when_ms] : []));
  return done.length > 0 ? Math.min(...done) : null;
}

function stepsOf(message: MessageValues): { party: string; step: StepValues }[] {
  return Object.entries(message.chains).flatMap(([party, steps]) => steps.map((step) => ({ party, step })));
}
