/** Of the words of the product, those that one built page needs: what is said on one page alone is sent to no other. */
import { readFileSync } from 'node:fs';
import type { Plugin } from 'vite';

const RAW = '.ftl?raw';

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
  'act', 'channel', 'effect', 'field', 'form', 'header', 'language', 'line-test', 'operative', 'outcome', 'part',
  'phrase', 'precedence', 'subject', 'ui-kind', 'ui-said', 'warned',
];
const ALONE = [
  'attachment', 'agreement-version', 'exercise', 'labelled', 'machine', 'marked', 'not-stated', 'nothing', 'one-sided',
  'original-in', 'ui-about', 'ui-critical', 'ui-from-to', 'ui-language', 'ui-print', 'ui-version', 'ui-entry-bytes',
  'ui-screens', 'ui-verify-proved', 'ui-verify-when', 'ui-verify-not-proved', 'ui-verify-not-proved-truth',
  'ui-verify-not-proved-person', 'ui-verify-not-proved-written', 'say-again-field', 'time-late',
];
const ENTRIES = new RegExp(`^(?:(?:${FAMILIES.join('|')})-.*|${ALONE.join('|')})$`);

/** Give Vite the Fluent files with the wanted messages alone, and without comments. */
export function wordsOf(isWanted: (key: string) => boolean): Plugin {
  return {
    name: 'words',
    enforce: 'pre',
    load(id) {
      if (!id.endsWith(RAW)) return null;
      const path = id.slice(0, -'?raw'.length);
      this.addWatchFile(path);
      return `export default ${JSON.stringify(choose(readFileSync(path, 'utf8'), isWanted))};`;
    },
  };
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
