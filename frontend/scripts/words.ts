/**
 * Of the words of the product, those that one built page needs: what is said on one page alone is sent to no other.
 *
 *     en.ftl?first   what any page may say from its first moment on
 *     en.ftl?later   what is said on pages that are fetched when somebody goes there
 */
import { readFileSync } from 'node:fs';
import type { Plugin } from 'vite';

const FTL = /\.ftl\?(first|later)$/;
type Part = 'first' | 'later';
type Wanted = Readonly<Record<Part, (key: string) => boolean>>;

/** Words of pages that load them as they are fetched (`shell/pages.ts`): the first page is light without them. */
export function isLater(key: string): boolean {
  return LATER.test(key) && !ON_EVERY_PAGE.test(key);
}

const LATER_FAMILIES = [
  'arrange', 'calls', 'conflicts', 'figures', 'firebreak', 'geo', 'incident', 'line-state', 'map', 'notices', 'passing', 'places', 'persons', 'presence', 'room', 'watch', 'ui-amendment', 'ui-api', 'ui-bracket', 'ui-budget',
  'ui-communique', 'ui-demo', 'ui-enter', 'ui-erase', 'ui-error-node-firebreak', 'ui-error-services-presence', 'ui-evidence', 'ui-export',
  'ui-error-services-watch-no-hand-over', 'ui-error-services-watch-no-remarks', 'ui-error-services-watch-same-officer',
  'ui-error-services-usage', 'ui-error-services-watch-unseen',
  'ui-kind-presence', 'ui-kind-note', 'ui-kind-notice', 'ui-kind-counter', 'ui-kind-positions', 'ui-kind-conflict', 'ui-lock', 'ui-notice', 'ui-passkey', 'ui-proof', 'ui-propose', 'ui-role', 'ui-said', 'ui-terms', 'ui-verify',
];
const LATER = new RegExp(`^(?:${LATER_FAMILIES.join('|')})(?:-|$)`);
/** A watch is taken on every page; the lamp, the line as declared and open incidents stand there. */
const ON_EVERY_PAGE = /^watch-(?:ask|heard|not-heard)$|^firebreak-page-(?:lamp|level)(?:-|$)|^line-state-(?:open|degraded|suspended|closed|page-(?!means|state|begins).+)?$|^incident-page-(?:open-count$|owes-|late-)/;

/** Words of the verifier alone. */
export function isOfVerifier(key: string): boolean {
  return key.startsWith('verifier-');
}

/** Words of the text for people that a communique holds: they are said where it is made, and on no page. */
export function isOfCommunique(key: string): boolean {
  return /^communique(-|$)/.test(key);
}

/** What the verifier says beside them: how entries are said on every page. */
export function isOfEntries(key: string): boolean {
  return ENTRIES.test(key);
}

const FAMILIES = [
  'act', 'channel', 'effect', 'field', 'form', 'header', 'language', 'line-test', 'notices-answer', 'notices-choice', 'notices-field', 'notices-form', 'notices-lower', 'notices-settlement', 'notices-upper',
  'operative', 'outcome', 'part', 'persons-effect', 'phrase', 'precedence', 'subject', 'ui-kind', 'ui-said', 'warned',
];
const ALONE = [
  'notices-check-point', 'notices-circle', 'notices-conflicts', 'notices-conflicts-not-checked', 'notices-corridor',
  'notices-counter-accepted', 'notices-counter-refused', 'notices-fields', 'notices-lower', 'notices-movement', 'notices-polygon',
  'notices-position', 'notices-remarks', 'notices-track', 'notices-units', 'notices-upper', 'notices-wants-answer', 'notices-window',
  'attachment', 'agreement-version', 'exercise', 'labelled', 'machine', 'marked', 'not-stated', 'nothing', 'one-sided',
  'original-in', 'ui-about', 'ui-critical', 'ui-from-to', 'ui-language', 'ui-print', 'ui-version', 'ui-entry-bytes',
  'ui-screens', 'ui-verify-proved', 'ui-verify-when', 'ui-verify-not-proved', 'ui-verify-not-proved-truth',
  'ui-verify-not-proved-person', 'ui-verify-not-proved-written', 'say-again-field', 'time-late',
  'persons-proved', 'persons-proved-presence', 'persons-not-proved', 'persons-key-not-shown', 'persons-not-proved-who',
];
const ENTRIES = new RegExp(`^(?:(?:${FAMILIES.join('|')})-.*|${ALONE.join('|')})$`);

/** Give Vite the Fluent files with the wanted messages alone, and without comments. */
export function wordsOf(wanted: Wanted): Plugin {
  return {
    name: 'words',
    enforce: 'pre',
    load(id) {
      const part = partOf(id);
      if (part === null) return null;
      const path = id.slice(0, id.lastIndexOf('?'));
      this.addWatchFile(path);
      return `export default ${JSON.stringify(choose(readFileSync(path, 'utf8'), wanted[part]))};`;
    },
  };
}

/** Name the file of a part of the words: `en`, `later-en`; other files keep their own name. */
export function wordsFile(id: string | null): string {
  return partOf(id ?? '') === 'later' ? 'assets/later-[name]-[hash].js' : 'assets/[name]-[hash].js';
}

function partOf(id: string): Part | null {
  return (FTL.exec(id)?.[1] as Part | undefined) ?? null;
}

function choose(source: string, isWanted: (key: string) => boolean): string {
  let isKept = false;
  const lines = source.split('\n').filter((line) => {
    const key = /^([a-z][a-z0-9-]*) =/.exec(line)?.[1];
    if (key !== undefined) isKept = isWanted(key);
    else if (/^(#|$)/.test(line)) return false;
    return isKept;
  });
  return `${lines.join('\n')}\n`;
}
