/** Usage figures as the rows of tables and the bars of plots: codes become words, milliseconds become durations. */

import type { AnswerTime, Usage } from '../../generated/types';
import { formWords, kindWords, precedenceWords, subjectWords } from '../../lib/codes';
import { partyName, postWords } from '../../lib/desk';
import { durationWords } from '../../lib/duration';
import { say, words } from '../../lib/words.svelte';

/** A table: the key of its title, the keys of its columns, its rows; numbers stand at the right. */
export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

/** A bar of a plot: what it is of, how long it is, and the number in words. */
export interface Bar {
  readonly name: string;
  readonly value: number;
  readonly told: string;
}

/** A plot: the key of its title, and its bars. */
export interface Plot {
  readonly title: string;
  readonly bars: readonly Bar[];
}

/** `5 min 11 s`, below ten seconds to the tenth: `4.2 s`, below one so in words; of nothing a dash. */
export function timeWords(milliseconds: number | null): string {
  if (milliseconds === null) return '–';
  if (milliseconds < 1000) return say('figures-below-a-second');
  if (milliseconds < 10_000) return `${(milliseconds / 1000).toFixed(1)}\u202fs`;
  return durationWords(Math.floor(milliseconds / 1000));
}

function unreadable(code: string | null, name: (code: string) => string): string {
  return code === null ? say('figures-unreadable') : name(code);
}

function kindName(kind: string): string {
  const number = /^KIND_(\d+)$/.exec(kind)?.[1];
  return number === undefined ? kindWords(kind) : say('ui-kind-unknown-number', { number });
}

function keyed(family: string, code: string): string {
  return say(`figures-${family}-${code.replaceAll('_', '-')}`);
}

function messageForm(form: string): string {
  return formWords(form.toLowerCase().replaceAll('_', '-'));
}

function noticeForm(form: number | null): string {
  return say(form === null ? 'figures-unreadable' : `notices-form-${form}`);
}

function incidentForm(form: string): string {
  const key = `incident-form-${form.toLowerCase().replaceAll('_', '-')}`;
  return words.has(key) ? say(key) : form;
}

function answerRow(each: AnswerTime): (string | number)[] {
  return [
    partyName(each.party),
    keyed('what', each.what),
    each.post === '' ? say('figures-every-post') : postWords(each.post),
    each.precedence === null ? say('figures-every-precedence') : precedenceWords(each.precedence),
    each.answered,
    each.asked ?? '–',
    timeWords(each.median_ms),
    timeWords(each.worst_ms),
    each.at_bound,
  ];
}

/** Give the tables, the most asked for first. */
export function tablesOf(usage: Usage): readonly Table[] {
  return [
    {
      title: 'figures-tests',
      columns: ['party', 'due', 'held', 'untested', 'unanswered', 'at-bound'],
      rows: usage.line_tests.map((each) => [
        partyName(each.party), each.due, each.held, each.without_test, each.without_answer, each.at_bound,
      ]),
    },
    {
      title: 'figures-calls',
      columns: ['party', 'outcome', 'count'],
      rows: usage.calls.map((each) => [partyName(each.party), keyed('call', each.outcome), each.count]),
    },
    {
      title: 'figures-answers',
      columns: ['party', 'what', 'post', 'precedence', 'answered', 'asked', 'median', 'worst', 'at-bound'],
      rows: usage.answers.map(answerRow),
    },
    {
      title: 'figures-notices',
      columns: ['party', 'form', 'outcome', 'count'],
      rows: usage.notices.map((each) => [partyName(each.party), noticeForm(each.form), keyed('outcome', each.outcome), each.count]),
    },
    {
      title: 'figures-incidents',
      columns: ['party', 'form', 'count', 'closed', 'notices'],
      rows: usage.incidents.map((each) => [
        partyName(each.party), unreadable(each.form, incidentForm), each.count, each.closed, each.notices ?? '–',
      ]),
    },
    {
      title: 'figures-holds',
      columns: ['party', 'holds', 'running', 'impeded', 'median', 'longest'],
      rows: usage.holds.map((each) => [
        partyName(each.party), each.holds, each.running, each.impeded, ...[each.median_ms, each.longest_ms].map((time) => timeWords(each.holds > 0 ? time : null)),
      ]),
    },
    {
      title: 'figures-bounds',
      columns: ['party', 'bound', 'count'],
      rows: usage.bounds.map((each) => [partyName(each.party), keyed('bound', each.bound), each.count]),
    },
    {
      title: 'figures-messages',
      columns: ['party', 'form', 'subject', 'precedence', 'count'],
      rows: usage.messages.map((each) => [
        partyName(each.party), unreadable(each.form, messageForm), unreadable(each.subject, subjectWords), precedenceWords(each.precedence), each.count,
      ]),
    },
    {
      title: 'figures-entries',
      columns: ['party', 'kind', 'count'],
      rows: usage.kinds.map((each) => [partyName(each.party), unreadable(each.kind, kindName), each.count]),
    },
  ];
}

/** Give the plots: what became of calls and of notices, and the median times by precedence. */
export function plotsOf(usage: Usage): readonly Plot[] {
  return [
    { title: 'figures-calls', bars: summed(usage.calls, (each) => keyed('call', each.outcome)) },
    { title: 'figures-notices', bars: summed(usage.notices, (each) => keyed('outcome', each.outcome)) },
    {
      title: 'figures-answers',
      bars: usage.answers
        .filter((each) => each.post === '' && each.precedence !== null && each.median_ms !== null)
        .map((each) => ({
          name: [partyName(each.party), keyed('what', each.what), precedenceWords(each.precedence ?? '')].join(' · '),
          value: each.median_ms ?? 0,
          told: timeWords(each.median_ms),
        })),
    },
  ].filter((plot) => plot.bars.length > 0);
}

function summed<Row extends { readonly count: number }>(rows: readonly Row[], name: (row: Row) => string): Bar[] {
  const sums = new Map<string, number>();
  for (const row of rows) sums.set(name(row), (sums.get(name(row)) ?? 0) + row.count);
  return [...sums].map(([each, value]) => ({ name: each, value, told: counted(value) }));
}

/** A number as the reader's language groups its digits. */
export function counted(value: number): string {
  return value.toLocaleString(words.language);
}
