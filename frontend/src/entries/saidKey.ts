const OWN_WORDS = ['notices-', 'incident-', 'line-state-'];

/** Name the words of a code: those of notices and incidents are the same that forms and lists have. The twin of services/said.py. */
export function saidKey(code: string): string {
  return OWN_WORDS.some((prefix) => code.startsWith(prefix)) ? code : `ui-said-${code}`;
}
