/** A message being written: what is typed, what its form asks for, and what is asked of our node when it is sent. */

import { FORMS, PHRASES, type FormField, type FormRule, type PrecedenceName } from '../../generated/forms';
import type { SayRequest, Subject } from '../../generated/types';
import type { ChosenFile } from '../../lib/files';

/** Everything typed, of whatever form: changing the form loses nothing, and only the form's own fields are sent. */
export interface Writing {
  form: string;
  about: string;
  precedence: PrecedenceName | '';
  subject: Subject | '';
  toPosts: string[];
  language: string;
  text: string;
  passages: string[];
  operative: string;
  place: string;
  time: string;
  numbers: string;
  phrase: number;
  slots: string[];
  channel: string;
  counterpart: string;
  /** The name of the entry that pressing SEND makes, and for what it was drawn; another text is another entry. */
  once: string;
  onceFor: string;
}

export function emptyWriting(form: string, about: string): Writing {
  return {
    form,
    about,
    precedence: '',
    subject: '',
    toPosts: [],
    language: '',
    text: '',
    passages: [],
    operative: '',
    place: '',
    time: '',
    numbers: '',
    phrase: 0,
    slots: [],
    channel: '',
    counterpart: '',
    once: '',
    onceFor: '',
  };
}

/** The forms that can be begun by themselves; those that name a message are begun from it, line tests on the page Line. */
export const BEGUN_FORMS: readonly FormRule[] = FORMS.filter((form) => !form.refers && form.name !== 'line-test');

export function ruleOf(form: string): FormRule | undefined {
  return FORMS.find((rule) => rule.name === form);
}

export function carries(rule: FormRule, field: FormField): boolean {
  return rule.must.includes(field) || rule.may.includes(field);
}

/** Numbers as people separate them: `12, 14`. */
export function splitNumbers(text: string): readonly string[] {
  return text.split(/[,;\s]+/).filter(Boolean);
}

/** What our node is asked for: the fields of the form, nothing else; its attachments are put to it when it is sent. */
export function requestOf(writing: Writing): SayRequest {
  const rule = ruleOf(writing.form);
  if (!rule) return { form: writing.form };
  const kinds = PHRASES.find((phrase) => phrase.number === writing.phrase)?.slots ?? [];
  const fields: readonly (readonly [FormField, Partial<SayRequest>])[] = [
    ['text', { text: writing.text }],
    ['passages', { passages: writing.passages }],
    ['operative', { operative: writing.operative || null }],
    ['place', { place: writing.place.trim() }],
    ['time_ms', { time: writing.time.trim() || null }],
    ['numbers', { numbers: splitNumbers(writing.numbers) }],
    ['phrase', { phrase: writing.phrase || null }],
    ['slots', { slots: kinds.map((_, index) => writing.slots[index]?.trim() ?? '') }],
    ['channel', { channel: writing.channel || null }],
    ['counterpart', { counterpart: writing.counterpart.trim() }],
  ];
  const own = fields.filter(([field]) => carries(rule, field)).map(([, part]) => part);
  return Object.assign(
    {
      form: writing.form,
      precedence: writing.precedence || null,
      subject: writing.subject || null,
      to_posts: writing.toPosts,
      language: writing.language || null,
      about: writing.about || null,
    },
    ...own,
  ) as SayRequest;
}

/** What the form asks for and is not there yet, as the fields' own names. */
export function missingOf(writing: Writing): readonly FormField[] {
  const rule = ruleOf(writing.form);
  if (!rule) return [];
  const isThere: Partial<Record<FormField, boolean>> = {
    text: writing.text.trim() !== '',
    operative: writing.operative !== '',
    place: writing.place.trim() !== '',
    time_ms: writing.time.trim() !== '',
    phrase: writing.phrase > 0,
    channel: writing.channel !== '',
    counterpart: writing.counterpart.trim() !== '',
  };
  return rule.must.filter((field) => isThere[field] === false);
}

/** Tell one message from another, in few characters: for which one a name was drawn outlives a reload. */
export function digestOf(request: SayRequest, files: readonly ChosenFile[] = []): string {
  const text = JSON.stringify([request, files.map(({ name, content }) => [name, content.size])]);
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return `${text.length}-${(hash >>> 0).toString(16)}`;
}
