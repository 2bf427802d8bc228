/** Posts and parties by the names that the agreement gives them, in the reader's language. */

import type { DeskValues, LineValues, PartyValues, PostValues, WatchValues, WordsValues } from '../generated/types';
import { live } from './live.svelte';
import { words, type Language } from './words.svelte';

export function inLanguage(name: WordsValues, language: Language = words.language): string {
  return name[language] || name.en;
}

export function findParty(id: string, desk: DeskValues | null = live.desk): PartyValues | undefined {
  return desk?.parties.find((party) => party.id === id);
}

export function findPost(id: string, desk: DeskValues | null = live.desk): PostValues | undefined {
  return desk?.parties.flatMap((party) => party.posts).find((post) => post.id === id);
}

/** The short name of a party, as it stands in numbers of messages: `US`. */
export function partyCode(id: string): string {
  return id.toUpperCase();
}

export function partyName(id: string, language?: Language): string {
  const party = findParty(id);
  return party ? inLanguage(party.name, language) : partyCode(id);
}

/** The title of a post; a post that the agreement does not know by its id. */
export function postTitle(id: string, language?: Language): string {
  const post = findPost(id);
  return post ? inLanguage(post.title, language) : id || words.say('not-stated', {}, language);
}

/** `RU · Duty desk`. */
export function postWords(id: string, language?: Language): string {
  const post = findPost(id);
  return post ? `${partyCode(post.party)} · ${inLanguage(post.title, language)}` : postTitle(id, language);
}

/** `RU · Duty desk (Duty officer)`: with the form of address that its holder wishes. */
export function addressWords(id: string, language: Language = words.language): string {
  const post = findPost(id);
  const wish = post ? inLanguage(post.address, language) : '';
  if (!post || !wish) return postWords(id, language);
  const title = words.say('address', { title: inLanguage(post.title, language), address: wish }, language);
  return `${partyCode(post.party)} · ${title}`;
}

/** The parties beside ours. */
export function otherParties(desk: DeskValues): readonly PartyValues[] {
  return desk.parties.filter((party) => party.id !== desk.party);
}

export function lineTo(desk: DeskValues, party: string): LineValues | undefined {
  return desk.lines.find((line) => line.party === party);
}

/** Every post of a party that is on watch, its duty desk first. */
export function watchesOf(desk: DeskValues, party: PartyValues): readonly WatchValues[] {
  const watches = desk.watches.filter((watch) => watch.party === party.id);
  return [...watches].sort((one, other) => Number(other.post === party.duty_desk) - Number(one.post === party.duty_desk));
}

/** The key that says how a line stands: up and answering, up and late, down. */
export function lineKey(line: Pick<LineValues, 'up' | 'alive'>): string {
  if (!line.up) return 'line-down';
  return line.alive ? 'line-up' : 'line-late';
}
