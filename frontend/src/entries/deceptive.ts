/** Text that does not read as it is written; an agreement that holds such is refused. The twin of wire/deceptive.py. */

import { isUnseen } from './shown';

const WORD = /[\p{L}\p{Nl}\p{No}]+/gu;
const UNUSUAL_SPACE = /(?![ \xa0\u202f])\p{Zs}/u;
const ROMAN_NUMERAL = /^[IVX]+$/;
const SCRIPTS = [
  'Latin', 'Cyrillic', 'Greek', 'Armenian', 'Hebrew', 'Arabic', 'Georgian', 'Han', 'Hiragana', 'Katakana', 'Hangul',
  'Devanagari', 'Thai', 'Cherokee', 'Coptic',
] as const;
const PATTERNS = SCRIPTS.map((name) => [name, new RegExp(`\\p{Script=${name}}`, 'u')] as const);

/** Whether something in one line deceives the eye. */
export function isDeceptive(line: string): boolean {
  if (line.normalize('NFC') !== line || isUnseen(line) || UNUSUAL_SPACE.test(line)) return true;
  return (line.match(WORD) ?? []).some((word) => new Set([...word].map(scriptOf)).size > 1);
}

/** Whether a word is not in the letters of a language: it could pass for one that is. Roman numerals are no words. */
export function hasForeignWord(text: string, language: string): boolean {
  const own = language === 'ru' ? 'Cyrillic' : 'Latin';
  const isForeign = (word: string): boolean => [...word].some((letter) => scriptOf(letter) !== own);
  return (text.match(WORD) ?? []).some((word) => isForeign(word) && !ROMAN_NUMERAL.test(word));
}

function scriptOf(letter: string): string {
  if (/[\p{Nl}\p{No}]/u.test(letter)) return 'number';
  return PATTERNS.find(([, pattern]) => pattern.test(letter))?.[0] ?? 'other';
}
