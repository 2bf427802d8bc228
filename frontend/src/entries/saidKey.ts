/** Name the words of a code: those of notices are the same that forms and lists have. The twin of services/said.py. */
export function saidKey(code: string): string {
  return code.startsWith('notices-') ? code : `ui-said-${code}`;
}
