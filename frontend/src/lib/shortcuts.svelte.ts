/** Single keys that do what a press does; listed under `?`, silent while somebody types, and they can be switched off. */

import { keepChoice, readChoice } from './kept';

export interface Shortcut {
  /** A key, `Shift+T` where it signs something, or two after one another: `g m`. */
  keys: string;
  /** The Fluent key of what it does. */
  does: string;
  run: () => void;
}

const SECOND_KEY_MS = 1_500;

class Shortcuts {
  list = $state.raw<readonly Shortcut[]>([]);
  areOn = $state(readChoice('shortcuts') !== 'off');
  #first = '';
  #firstAtMs = 0;

  /** Add some for as long as a page is there; call what is given back to take them away. */
  add(...added: readonly Shortcut[]): () => void {
    this.list = [...this.list, ...added];
    return () => {
      this.list = this.list.filter((shortcut) => !added.includes(shortcut));
    };
  }

  switch(areOn: boolean): void {
    this.areOn = areOn;
    keepChoice('shortcuts', areOn ? null : 'off');
  }

  hear(event: KeyboardEvent): void {
    if (!this.areOn || event.defaultPrevented || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
    if (isTyping(event.target) || document.querySelector('dialog[open]')) return;
    const key = keyOf(event);
    const pair = performance.now() - this.#firstAtMs < SECOND_KEY_MS ? `${this.#first} ${key}` : '';
    const found = this.#find(pair) ?? this.#find(key);
    this.#first = found ? '' : key;
    this.#firstAtMs = performance.now();
    if (!found) return;
    event.preventDefault();
    found.run();
  }

  #find(keys: string): Shortcut | undefined {
    return this.list.findLast((shortcut) => shortcut.keys === keys);
  }
}

/** The key by its Latin letter or digit, also where the layout is Cyrillic or French; a letter with Shift says so. */
export function keyOf(event: KeyboardEvent): string {
  const letter = /^[a-z]$/i.exec(event.key)?.[0] ?? /^Key([A-Z])$/.exec(event.code)?.[1];
  if (letter) return event.shiftKey ? `Shift+${letter.toUpperCase()}` : letter.toLowerCase();
  if (/^[0-9?/]$/.test(event.key)) return event.key;
  return /^Digit([0-9])$/.exec(event.code)?.[1] ?? event.key.toLowerCase();
}

/** Whether keys go into something that is typed in. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

export const shortcuts = new Shortcuts();
