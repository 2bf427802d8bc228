/** Which component shows which page; each is fetched when somebody first goes there. */

import type { Component } from 'svelte';

import { words } from '../lib/words.svelte';

export type PageComponent = Component<{ parts: readonly string[] }>;
type Loader = () => Promise<{ default: PageComponent }>;

/** The pages of the navigation, in its order. */
export const PAGES = ['firebreak', 'line', 'messages', 'calls', 'watch', 'record', 'agreement', 'persons', 'presence', 'notices', 'incidents', 'map', 'figures'] as const;

/** Where a page before has a page's first letter. */
const OTHER_KEYS: Readonly<Record<string, string>> = { presence: 'e', map: 'k', figures: 'u' };

/** The key behind `g` that goes to a page: its first letter, where no page before has it. */
export function goKey(page: string): string {
  return OTHER_KEYS[page] ?? page.charAt(0);
}

/** They say nothing that is not in every page's words; each other page loads the rest of the words as it is fetched. */
const WITH_FIRST_WORDS: readonly string[] = ['line', 'messages'];

const found = import.meta.glob<{ default: PageComponent }>(
  '../pages/*/{Firebreak,Line,Messages,Calls,Watch,Record,Agreement,Persons,Presence,Notices,Incidents,Map,Figures,Communique,Api,Enter}.svelte',
);

/** Find the component of a page: `line` is `pages/line/Line.svelte`. An unknown page is the first one. */
export function pageLoader(name: string): Loader {
  const load = found[pathOf(name)] ?? found[pathOf('line')];
  if (!load) throw new Error(`no page ${name}`);
  if (WITH_FIRST_WORDS.includes(name)) return load;
  return async () => (await Promise.all([load(), words.loadAll()]))[0];
}

function pathOf(name: string): string {
  return `../pages/${name}/${name.charAt(0).toUpperCase()}${name.slice(1)}.svelte`;
}
