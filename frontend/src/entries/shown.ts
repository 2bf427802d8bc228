/**
 * Hostile text made harmless to look at: every deceiving character becomes a visible mark.
 *
 * The twin of services/messages/display.py; a browser has no names of characters, so a mark is named by its number.
 */

const MAX_COMBINING = 2;
const MAX_SHOWN_CHARACTERS = 24_576;
const MAX_NAMED_OF_KIND = 16;

const PLAIN = /^[\n\t\x20-\x7e]*$/;
const BLANKS = '\\t\\v\\f\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';
const SIGNATURE_LINE = new RegExp(`(?<![^\\n])[${BLANKS}]*\\u2014[${BLANKS}\\n]`, 'gu');
const WORD = /[\p{L}\p{N}_]+/gu;
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\ufe00-\ufe0f\u{e0100}-\u{e01ef}]/u;
const DIRECTION = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;
const MINUS_LIKE = /[\u2010-\u2015\u2212\ufe58\ufe63\uff0d\u02d7\u2796]/;
const DIGIT = /[\p{Nd}\xb2\xb3\xb9\u2070\u2074-\u2079\u2080-\u2089\u2460-\u2468]/u;
const LOOKS_LATIN = /^[АВЕЅІЈКМНОРСТУХаеѕіјорсухһԁԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧοαν]+$/;

export type Warned =
  | 'direction' | 'invisible' | 'control' | 'look-alike' | 'digit' | 'minus' | 'space' | 'flood' | 'signature-line'
  | 'forged-mark' | 'shortened';

export interface Finding {
  readonly what: Warned;
  /** `U+202E`. */
  readonly name: string;
}

export interface Shown {
  readonly text: string;
  readonly findings: readonly Finding[];
}

/** Give the safe rendering of any text. Line feeds and tabs stay; CR LF counts as a line feed. */
export function show(text: string): Shown {
  if (PLAIN.test(text) && text.length <= MAX_SHOWN_CHARACTERS) return { text, findings: [] };
  const characters = [...text];
  const found = survey(text, characters);
  const parts = characters.slice(0, MAX_SHOWN_CHARACTERS).map((character, position) => {
    const what = found.get(position);
    if (what === undefined) return isLineEnd(characters, position) ? '' : character;
    return what === 'flood' && found.get(position - 1) === 'flood' ? '' : mark(character, what);
  });
  if (characters.length > MAX_SHOWN_CHARACTERS) {
    found.set(MAX_SHOWN_CHARACTERS, 'shortened');
    parts.push('⟦…⟧');
  }
  return { text: parts.join(''), findings: nameFindings(characters, found) };
}

/** Give a safe rendering on one line, for labels and names. */
export function showLine(text: string): string {
  return show(text.replaceAll('\n', '\u2028')).text.replaceAll('\t', ' ');
}

function nameFindings(characters: readonly string[], found: ReadonlyMap<number, Warned>): Finding[] {
  const named = new Map<string, Finding>();
  const ofKind = new Map<Warned, number>();
  for (const [position, what] of [...found].toSorted(([left], [right]) => left - right)) {
    const name = numberOf(characters[position] ?? '');
    const count = ofKind.get(what) ?? 0;
    if (named.has(`${what} ${name}`) || count >= MAX_NAMED_OF_KIND) continue;
    named.set(`${what} ${name}`, { what, name });
    ofKind.set(what, count + 1);
  }
  return [...named.values()];
}

function numberOf(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

function mark(character: string, what: Warned): string {
  const isVisible = (what === 'look-alike' || what === 'digit' || what === 'minus') && !/\p{M}/u.test(character);
  return isVisible ? `⟦${character} ${numberOf(character)}⟧` : `⟦${numberOf(character)}⟧`;
}

/** Whether a text holds a character that leaves no mark of its own on a screen, blanks apart. */
export function isUnseen(text: string): boolean {
  return UNSEEN.test(text);
}

function isLineEnd(characters: readonly string[], position: number): boolean {
  return characters[position] === '\r' && characters[position + 1] === '\n';
}

function survey(text: string, characters: readonly string[]): Map<number, Warned> {
  const found = new Map<number, Warned>();
  const positions: number[] = [];
  let combining = 0;
  for (const [position, character] of characters.entries()) {
    positions.push(position);
    if (character.length > 1) positions.push(position);
    combining = /[\p{Mn}\p{Me}]/u.test(character) ? combining + 1 : 0;
    const what = combining > MAX_COMBINING ? 'flood' : judge(characters, position);
    if (what !== null) found.set(position, what);
  }
  for (const match of text.matchAll(SIGNATURE_LINE)) {
    found.set(positions[match.index + match[0].length - 2] ?? 0, 'signature-line');
  }
  const isInLatin = isMostlyLatin(characters);
  for (const match of text.matchAll(WORD)) {
    const start = positions[match.index] ?? 0;
    for (const offset of foreignLetters([...match[0]], isInLatin)) {
      if (!found.has(start + offset)) found.set(start + offset, 'look-alike');
    }
  }
  return found;
}

function judge(characters: readonly string[], position: number): Warned | null {
  const character = characters[position] ?? '';
  if (character === '\n' || character === '\t' || isLineEnd(characters, position)) return null;
  return judgeHidden(character) ?? judgeVisible(characters, position);
}

function judgeHidden(character: string): Warned | null {
  if (character === '⟦' || character === '⟧') return 'forged-mark';
  if (DIRECTION.test(character)) return 'direction';
  if (/\p{Cc}/u.test(character)) return 'control';
  return isUnseen(character) ? 'invisible' : null;
}

function judgeVisible(characters: readonly string[], position: number): Warned | null {
  const character = characters[position] ?? '';
  const isAscii = character <= '\x7f';
  if (!isAscii && /[\p{Nd}\p{No}]/u.test(character)) return 'digit';
  if (/\p{Zs}/u.test(character)) return judgeSpace(characters, position);
  if (MINUS_LIKE.test(character)) return isSign(characters, position) ? 'minus' : null;
  return !isAscii && isDisguised(character) ? 'look-alike' : null;
}

/** French puts no-break spaces before signs; between digits they hide where a number ends. */
function judgeSpace(characters: readonly string[], position: number): Warned | null {
  const character = characters[position] ?? '';
  if (character === ' ') return null;
  const isUsual = character === '\u00a0' || character === '\u202f';
  const isBetweenDigits = DIGIT.test(characters[position - 1] ?? '') && DIGIT.test(characters[position + 1] ?? '');
  return isUsual && !isBetweenDigits ? null : 'space';
}

/** Whether a dash stands where a minus sign would: before a digit, and not in a range or a word. */
function isSign(characters: readonly string[], position: number): boolean {
  return DIGIT.test(characters[position + 1] ?? '') && !/[\p{L}\p{N}]/u.test(characters[position - 1] ?? '');
}

/** Whether a letter is another letter in disguise: full-width, mathematical, ångström, ordinal... */
function isDisguised(character: string): boolean {
  if (character === 'ʹ' || character === 'ʺ') return true;
  return /\p{L}/u.test(character) && character.normalize('NFKC') !== character;
}

function foreignLetters(word: readonly string[], isInLatin: boolean): number[] {
  const letters = [...word.entries()].filter(([, character]) => /\p{L}/u.test(character));
  const foreign = letters.filter(([, letter]) => !/\p{Script=Latin}/u.test(letter));
  if (foreign.length > 0 && foreign.length < letters.length) return foreign.map(([offset]) => offset);
  const looksLatin = letters.length > 0 && word.length > 1 && LOOKS_LATIN.test(word.join(''));
  return looksLatin && isInLatin ? letters.map(([offset]) => offset) : [];
}

function isMostlyLatin(characters: readonly string[]): boolean {
  const letters = characters.filter((character) => /\p{L}/u.test(character));
  return 2 * letters.filter((letter) => letter <= '\x7f').length > letters.length;
}
