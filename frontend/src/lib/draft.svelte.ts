/** Something typed that outlives a reload and a dead line: kept in this tab until it is on record. */

import { keepDraft, readDraft } from './kept';

export class Draft<T> {
  value = $state() as T;
  readonly #name: string;
  readonly #empty: T;

  /** Call while a component is set up; what was kept under `name` comes back if it has the same shape. */
  constructor(name: string, empty: T) {
    this.#name = name;
    this.#empty = empty;
    const kept = readDraft(name);
    this.value = isLike(kept, empty) ? kept : structuredClone(empty);
    $effect(() => {
      const typed = $state.snapshot(this.value);
      keepDraft(this.#name, JSON.stringify(typed) === JSON.stringify(this.#empty) ? null : typed);
    });
  }

  /** It is on record, or nobody wants it any more. */
  forget(): void {
    this.value = structuredClone(this.#empty);
    keepDraft(this.#name, null);
  }
}

function isLike<T>(kept: unknown, empty: T): kept is T {
  if (kept === null || typeof kept !== typeof empty || Array.isArray(kept) !== Array.isArray(empty)) return false;
  if (Array.isArray(kept) || typeof kept !== 'object') return true;
  return Object.keys(empty as object).every((name) => name in kept);
}
