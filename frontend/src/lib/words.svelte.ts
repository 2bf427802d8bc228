/** The words of the product in the reader's language, from the same Fluent files as the command line. */

import { FluentBundle, FluentResource, type FluentVariable } from '@fluent/bundle';
import { keepChoice, readChoice } from './kept';

export type Language = 'en' | 'fr' | 'ru';
export type Values = Record<string, string | number>;

export const LANGUAGES: readonly Language[] = ['en', 'fr', 'ru'];
/** Each language names itself. */
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = { en: 'English', fr: 'Français', ru: 'Русский' };
/** Said first on every page of an exercise line, in all three languages. */
export const EXERCISE_WORDS = ['EXERCISE', 'EXERCICE', 'УЧЕНИЕ'] as const;

type Sources = Readonly<Record<Language, () => Promise<{ default: string }>>>;

const first: Sources = {
  en: () => import('../../../src/coupefeu/words/en.ftl?first'),
  fr: () => import('../../../src/coupefeu/words/fr.ftl?first'),
  ru: () => import('../../../src/coupefeu/words/ru.ftl?first'),
};
const later: Sources = {
  en: () => import('../../../src/coupefeu/words/en.ftl?later'),
  fr: () => import('../../../src/coupefeu/words/fr.ftl?later'),
  ru: () => import('../../../src/coupefeu/words/ru.ftl?later'),
};

class Words {
  language = $state<Language>('en');
  #bundles = $state.raw<Partial<Record<Language, FluentBundle>>>({});
  #complete = new Set<Language>();
  #areAllWanted = false;

  /** Whether somebody chose a language in this browser. */
  get isChosen(): boolean {
    return asLanguage(readChoice('language')) !== null;
  }

  /** Load the words of this browser's choice, else those of `wished`. */
  async begin(wished: string | null): Promise<void> {
    await this.load(asLanguage(readChoice('language')) ?? asLanguage(wished) ?? 'en');
  }

  /** Change the language for good; nothing typed is touched. */
  async choose(language: Language): Promise<void> {
    await this.load(language);
    keepChoice('language', language);
  }

  async load(language: Language): Promise<void> {
    await this.fetch(language);
    if (this.#areAllWanted) await this.#fetchLater(language);
    this.language = language;
    document.documentElement.lang = language;
  }

  /** Have the words of the pages that load later, in this language and in any that is chosen from now on. */
  async loadAll(): Promise<void> {
    this.#areAllWanted = true;
    await this.#fetchLater(this.language);
  }

  /** Make the words of a language ready without reading in it (a preview for the other side). */
  async fetch(language: Language): Promise<void> {
    if (!this.#bundles[language]) this.#add(language, (await first[language]()).default);
  }

  async #fetchLater(language: Language): Promise<void> {
    const { default: source } = await later[language]();
    if (this.#complete.has(language)) return;
    this.#complete.add(language);
    this.#add(language, source);
  }

  #add(language: Language, source: string): void {
    // Isolation marks are invisible characters; texts of people stand in elements of their own.
    const bundle = this.#bundles[language] ?? new FluentBundle(language, { useIsolating: false });
    bundle.addResource(new FluentResource(source));
    this.#bundles = { ...this.#bundles, [language]: bundle };
  }

  has(key: string): boolean {
    return this.#bundles[this.language]?.hasMessage(key) ?? false;
  }

  say(key: string, values: Values = {}, language: Language = this.language): string {
    const bundle = this.#bundles[language] ?? this.#bundles[this.language];
    const message = bundle?.getMessage(key);
    if (!bundle || !message?.value) return key;
    const long = Object.entries(values).filter(([, value]) => String(value).length > LONG_CHARACTERS);
    const standIns = Object.fromEntries(long.map(([name]) => [name, `\ufdd0${name}\ufdd1`]));
    const problems: Error[] = [];
    const variables: Record<string, FluentVariable> = { ...values, ...standIns };
    const text = bundle.formatPattern(message.value, variables, problems);
    return long.reduce((filled, [name, value]) => filled.replace(`\ufdd0${name}\ufdd1`, () => String(value)), text);
  }
}

/** Fluent takes no value of more than 2,500: a longer one is put in behind it. */
const LONG_CHARACTERS = 1_000;

export function asLanguage(text: string | null): Language | null {
  return LANGUAGES.find((language) => language === text) ?? null;
}

export const words = new Words();

/** Give the words of `key` in the reader's language; the page follows when the language changes. */
export function say(key: string, values: Values = {}): string {
  return words.say(key, values);
}

/** Write a number as the reader's language groups its digits. */
export function counted(value: number): string {
  return new Intl.NumberFormat(words.language).format(value);
}

/** Put a name before a value, as the language writes it: `Place: ...`, `Lieu : ...`. */
export function label(name: string, value: string): string {
  return words.say('labelled', { name, value }).trimEnd();
}
