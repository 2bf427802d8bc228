/** Codes as words in the reader's language: the browser's twin of services/messages/render.py and render_chain.py. */

import { CHANNELS, FORMS, OPERATIVES, OUTCOMES, PHRASES } from '../generated/forms';
import type {
  ActValues,
  ClockValues,
  DifferenceValues,
  MessageLine,
  MessageValues,
  StepValues,
} from '../generated/types';
import { formatDuration, formatSecond, formatTime } from './time';
import { say, words, type Language, type Values } from './words.svelte';

const KIND_NUMBERS: Readonly<Record<string, number>> = {
  MESSAGE: 16,
  SHOWN: 17,
  TAKEN: 18,
  READ: 19,
  READ_BACK: 20,
  SAY_AGAIN: 21,
  PASSED_TO: 22,
  OUTCOME: 23,
  CONTACT_CONFIRMED: 24,
  LINE_TEST_ANSWER: 33,
};

/** Find the number of a name; words for readers have it in their key. */
function numberOf(list: readonly { readonly name: string; readonly number: number }[], name: string | null): number | undefined {
  return list.find((each) => each.name === name)?.number;
}

type Coded = Pick<MessageLine, 'operative' | 'place' | 'phrase' | 'slots' | 'template'>;

export function formWords(form: string | null, language?: Language): string {
  const number = numberOf(FORMS, form);
  return words.say(number === undefined ? 'form-unknown' : `form-${number}`, {}, language);
}

/** The local word for a precedence; the code stands beside it where there is room. */
export function precedenceWord(precedence: string, language?: Language): string {
  return words.say(`precedence-${precedence.toLowerCase()}`, {}, language);
}

/** `FLASH (МОЛНИЯ)`: the code untranslated, the local word beside it. */
export function precedenceWords(precedence: string, language?: Language): string {
  const local = precedenceWord(precedence, language);
  return local === precedence ? precedence : `${precedence} (${local})`;
}

export function subjectWords(subject: string | null, language?: Language): string {
  return words.say(subject === null ? 'subject-unknown' : `subject-${subject.toLowerCase()}`, {}, language);
}

export function operativeWords(operative: string, language?: Language): string {
  return words.say(`operative-${numberOf(OPERATIVES, operative) ?? operative}`, {}, language);
}

export function channelWords(channel: string, language?: Language): string {
  return words.say(`channel-${numberOf(CHANNELS, channel) ?? channel}`, {}, language);
}

/** Name a kind of entry that messages know; others by their code. */
export function kindWords(kind: string): string {
  const number = KIND_NUMBERS[kind];
  if (number !== undefined) return say(`act-${number}`);
  const key = `ui-kind-${kind.toLowerCase().replaceAll('_', '-')}`;
  return words.has(key) ? say(key) : kind.replaceAll('_', ' ');
}

export function languageWords(code: string, language?: Language): string {
  if (code === 'en' || code === 'fr' || code === 'ru') return words.say(`language-${code}`, {}, language);
  return words.say('language-other', { code: code || '?' }, language);
}

/** Say a standard phrase with its code; an unknown one by its code alone. */
export function phraseWords(code: number, slots: readonly (string | number)[], language?: Language): string {
  const kinds = PHRASES.find((phrase) => phrase.number === code)?.slots;
  if (!kinds || kinds.length !== slots.length) return String(code);
  const values: Values = Object.fromEntries(kinds.map((kind, index) => [kind, slotWords(slots[index] ?? '')]));
  return `${phraseCode(code)}. ${words.say(`phrase-${phraseCode(code)}`, values, language)}`;
}

export function phraseCode(code: number): string {
  return String(code).padStart(2, '0');
}

function slotWords(slot: string | number): string {
  return typeof slot === 'number' ? formatTime(slot) : slot;
}

export function lineTestWords(template: number, language?: Language): string {
  const key = `line-test-${template}`;
  return words.has(key) ? words.say(key, {}, language) : String(template);
}

/** One line that says the coded part of a message: its operative word and place, its phrase, its line test. */
export function codedLine(line: Coded): string {
  if (line.phrase !== null) return phraseWords(line.phrase, line.slots);
  if (line.template !== null) return lineTestWords(line.template);
  const operative = line.operative === null ? '' : operativeWords(line.operative);
  return [operative, line.place ?? ''].filter(Boolean).join(' · ');
}

/** The coded fields with their names, in the order of the command line; what is not stated is left out. */
export function codedFields(message: MessageValues, language?: Language): readonly (readonly [string, string])[] {
  const fields: [string, string][] = [
    ['officer', message.officer ?? ''],
    ['word', message.operative === null ? '' : operativeWords(message.operative, language)],
    ['place', message.place ?? ''],
    ['time', message.time_ms === null ? '' : formatTime(message.time_ms)],
    ['number', message.numbers.join(', ')],
    ['phrase', message.phrase === null ? '' : phraseWords(message.phrase, message.slots, language)],
    ['channel', message.channel === null ? '' : channelWords(message.channel, language)],
    ['counterpart', message.counterpart ?? ''],
    ['passage', message.passages.join(' / ')],
    ['text', message.template === null ? '' : lineTestWords(message.template, language)],
  ];
  return fields.filter(([, value]) => value !== '').map(([key, value]) => [words.say(`field-${key}`, {}, language), value]);
}

/** The name of a step, in the agreed words. */
export function stepWords(step: Pick<StepValues, 'step' | 'screens' | 'idle' | 'done'>): string {
  const key = `step-${step.step}${step.step === 'shown' && step.idle && step.done ? '-idle' : ''}`;
  return say(key, { screens: step.screens });
}

/** How a clock stands now: left, overdue, met or missed; or stopped by another act, the step not done. */
export function clockWords(clock: ClockValues, done: boolean, nowMs: number): string {
  const leftMs = clock.running ? clock.due_ms - nowMs : clock.left_ms;
  const time = formatDuration(leftMs);
  const due = formatSecond(clock.due_ms);
  const isLate = leftMs < 0;
  if (clock.running) return say(isLate ? 'clock-overdue' : 'clock-left', { time, due });
  if (!done) return say(isLate ? 'clock-stopped-late' : 'clock-stopped', { time });
  return say(isLate ? 'clock-missed' : 'clock-met', { time });
}

/** What became of a message: PASSED TO, STOPPED AT what time, CANNOT; its text stands apart. */
export function outcomeWords(act: Pick<ActValues, 'kind' | 'outcome' | 'time_ms'>): string {
  const outcome = act.kind === 'PASSED_TO' ? 'PASSED_TO' : act.outcome;
  if (outcome === null) return '';
  const said = say(`outcome-${numberOf(OUTCOMES, outcome) ?? outcome}`);
  return outcome === 'STOPPED_AT' && act.time_ms !== null ? `${said} ${formatSecond(act.time_ms)}` : said;
}

/** Why something has no effect; a code of a newer rule is shown as it is. */
export function effectWords(effect: string): string {
  const key = `effect-${effect.replaceAll('_', '-')}`;
  if (words.has(key)) return say(key);
  const [family = '', ...rest] = effect.split('_');
  const part = `part-${rest.join('-')}`;
  if (words.has(`effect-${family}`) && words.has(part)) return say(`effect-${family}`, { part: say(part) });
  return say('effect-other', { part: effect });
}

/** What a refusal means, where there are words for its code; "": there are none, and the node's own stand alone. */
export function refusalWords(code: string): string {
  const key = `ui-error-${code.replace(/[._]/g, '-')}`;
  if (words.has(key)) return say(key);
  const [, room = '', effect = ''] = /^services\.(messages|arranged|notices)\.(.+)$/.exec(code) ?? [];
  if (room === 'messages') return `${effectWords(effect)}.`;
  const named = `${room === 'arranged' ? 'arrange' : room}-effect-${effect.replaceAll('_', '-')}`;
  return room !== '' && words.has(named) ? `${say(named)}.` : '';
}

/** Name a difference of a read-back that may not be visible. */
export function differenceWords(difference: DifferenceValues): string {
  const nothing = say('nothing');
  return say(`difference-${difference.kind}`, { sent: difference.sent || nothing, typed: difference.typed || nothing });
}

/** What the reader must know beside the content: marked, one-sided, corrected, cancelled, not proved yet. */
export function remarks(message: MessageValues): readonly string[] {
  const numbered: readonly (readonly [string, readonly string[]])[] = [
    ['corrected-by', message.corrected_by],
    ['cancelled-by', message.cancelled_by],
    ['answered-by', message.replies],
  ];
  return [
    ...(message.erased ? [say('content-erased', { why: say(`erased-why-${message.erased.why}`), by: message.erased.by })] : []),
    ...(message.effect ? [say('marked', { reason: effectWords(message.effect) })] : []),
    ...message.time_marks.map((mark) => `${say(`time-${mark}`)} (${formatSecond(message.claimed_ms)})`),
    ...(message.proof_follows ? [say('proof-follows')] : []),
    ...(message.one_sided ? [say('one-sided')] : []),
    ...numbered.filter(([, numbers]) => numbers.length > 0).map(([key, numbers]) => say(key, { numbers: numbers.join(', ') })),
  ];
}

/** What was marked in the author's text, each kind once. */
export function marksOf(message: Pick<MessageValues, 'marked'>): readonly string[] {
  return [...new Set(message.marked.map((mark) => say(`warned-${mark.what}`, { name: mark.name })))];
}

