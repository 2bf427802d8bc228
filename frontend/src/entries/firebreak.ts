/**
 * `[firebreak]` of the agreement: a verifier makes no use of the rules, and reads them as strictly as the rest.
 *
 * The twin of wire/firebreak_terms.py: a rule that could never fire, or never show beside another one, is refused.
 */

import { hasForeignWord } from './deceptive';
import { refused, type Table } from './toml';

const MAX_RULES = 64;
const MAX_COUNT = 64;
const MAX_POSTS = 256;
const ID = /^[a-z](?:[a-z0-9-]{0,38}[a-z0-9])?$/;
const UNKNOWN = 'unknown';
const POST_ID = /^[a-z][a-z0-9]{0,15}\.[a-z][a-z0-9-]{0,23}$/;
const PRECEDENCE = /^(?:FLASH|IMMEDIATE|PRIORITY|ROUTINE)$/;
const LANGUAGES = ['en', 'fr', 'ru'] as const;
const ATTEMPTS = ['refused', 'unanswered'] as const;
const MESSAGES = ['acknowledgement', 'outcome', 'reply'] as const;
const ONLY_ONE = ['contact', 'watch', 'line_degraded', 'line_suspended', 'witness'] as const;
const WATCHED = [
  ...ATTEMPTS, ...MESSAGES, ...ONLY_ONE, 'line_test', 'arranged', 'notice_answer', 'incident', 'query', 'conflict', 'units',
] as const;

type Watched = (typeof WATCHED)[number];

const OF_PAIRS: readonly Watched[] = ['contact', ...ATTEMPTS];
const OF_POSTS: readonly Watched[] = [...OF_PAIRS, ...MESSAGES, 'arranged', 'watch'];

/** Two posts that speak with each other, and whether a cadence of contact is agreed. */
export interface Pair {
  readonly posts: readonly string[];
  readonly hasCadence: boolean;
}

/** What of an agreement decides whether a rule can fire. */
export interface Watchable {
  readonly posts: readonly string[];
  readonly desks: readonly string[];
  readonly pairs: readonly Pair[];
  readonly hasLineTests: boolean;
  readonly hasWitness: boolean;
}

interface Rule {
  readonly id: string;
  readonly watches: Watched;
  readonly isBroken: boolean;
  readonly posts: readonly string[];
  readonly precedences: readonly string[];
  readonly afterS: number;
  readonly count: number;
  readonly withinS: number;
}

/** Read the rules. Throws Refusal `wire.toml.*`. */
export function readFirebreak(root: Table, agreed: Watchable): void {
  if (!root.has('firebreak')) return;
  const table = root.table('firebreak');
  table.durationS('unknown_after', 60);
  if (table.has('mediator')) table.text('mediator');
  const rules: Rule[] = [];
  for (const row of table.tables('rules', 1, MAX_RULES)) {
    const rule = readRule(row, agreed);
    if (rules.some((other) => other.id === rule.id)) throw refused('twice');
    if (rules.some((other) => hides(other, rule) || hides(rule, other))) throw refused('contradiction');
    row.finish();
    rules.push(rule);
  }
  table.finish();
}

function readRule(row: Table, agreed: Watchable): Rule {
  const id = row.text('id', ID);
  if (id === UNKNOWN) throw refused('bad_value');
  const watches = row.choice('watches', WATCHED);
  const rule = {
    id,
    watches,
    isBroken: row.choice('level', ['strained', 'broken'] as const) === 'broken',
    posts: readIf(row, 'posts', isIn(OF_POSTS, watches), () => row.texts('posts', POST_ID, MAX_POSTS), []),
    precedences: readIf(row, 'precedence', isIn(MESSAGES, watches), () => row.texts('precedence', PRECEDENCE), []),
    afterS: readIf(row, 'after', !isIn(ATTEMPTS, watches), () => row.durationS('after', 0), 0),
    count: readIf(row, 'count', !isIn(ONLY_ONE, watches), () => row.integer('count', 1, MAX_COUNT), 1),
    withinS: readIf(row, 'within', isIn(ATTEMPTS, watches), () => row.durationS('within', 60), Infinity),
  };
  if (rule.posts.some((post) => !agreed.posts.includes(post))) throw refused('unknown_post');
  for (const language of LANGUAGES) {
    if (hasForeignWord(row.text(language), language)) throw refused('deceptive_text');
  }
  if (!canFire(rule, agreed)) throw refused('cannot_fire');
  return rule;
}

/** Read a field that says something of what the rule watches, or refuse it. */
function readIf<T>(row: Table, field: string, isAllowed: boolean, read: () => T, otherwise: T): T {
  if (!row.has(field)) return otherwise;
  if (!isAllowed) throw refused('cannot_fire');
  return read();
}

function canFire(rule: Rule, agreed: Watchable): boolean {
  const pairs = agreed.pairs.filter((pair) => pair.posts.every((post) => concerns(rule, post)));
  if (isIn(OF_PAIRS, rule.watches) && pairs.length === 0) return false;
  if (rule.watches === 'contact') return pairs.some((pair) => pair.hasCadence);
  if (rule.watches === 'line_test') return agreed.hasLineTests;
  if (rule.watches === 'witness') return agreed.hasWitness;
  return rule.watches !== 'watch' || agreed.desks.some((desk) => concerns(rule, desk));
}

function concerns(rule: Rule, post: string): boolean {
  return rule.posts.length === 0 || rule.posts.includes(post);
}

/** Whether `other` can never show beside `rule`, or says nothing else. */
function hides(rule: Rule, other: Rule): boolean {
  if (!covers(rule, other)) return false;
  return (rule.isBroken && !other.isBroken) || (rule.isBroken === other.isBroken && covers(other, rule));
}

/** Whether `rule` fires whenever `other` does. */
function covers(rule: Rule, other: Rule): boolean {
  return (
    rule.watches === other.watches && isWithin(other.posts, rule.posts) && isWithin(other.precedences, rule.precedences) &&
    rule.afterS <= other.afterS && rule.count <= other.count && rule.withinS >= other.withinS
  );
}

function isWithin(named: readonly string[], others: readonly string[]): boolean {
  return others.length === 0 || (named.length > 0 && named.every((each) => others.includes(each)));
}

function isIn(words: readonly string[], word: string): boolean {
  return words.includes(word);
}
