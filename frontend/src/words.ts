import { FluentBundle, FluentResource } from '@fluent/bundle';

export const LANGUAGES = ['en', 'fr', 'ru'] as const;
export type Language = (typeof LANGUAGES)[number];

const SOURCES: Record<Language, () => Promise<{ default: string }>> = {
  en: () => import('../../src/coupefeu/words/en.ftl?raw'),
  fr: () => import('../../src/coupefeu/words/fr.ftl?raw'),
  ru: () => import('../../src/coupefeu/words/ru.ftl?raw'),
};

/** The words of one language: the same file that Python reads, fetched when it is first wanted. */
export async function words(language: Language): Promise<FluentBundle> {
  const source = await SOURCES[language]();
  const bundle = new FluentBundle(language, { useIsolating: false });
  bundle.addResource(new FluentResource(source.default));
  return bundle;
}
