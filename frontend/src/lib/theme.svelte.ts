/** Light or dark: what the system asks for, until somebody chooses; the choice stays in this browser. */

import { keepChoice, readChoice } from './kept';

export type Theme = 'system' | 'light' | 'dark';

const order: readonly Theme[] = ['system', 'light', 'dark'];

class ThemeChoice {
  chosen = $state<Theme>(asTheme(readChoice('theme')));

  constructor() {
    this.#apply();
  }

  /** Go to the next of the three. */
  turn(): void {
    this.choose(order[(order.indexOf(this.chosen) + 1) % order.length] ?? 'system');
  }

  choose(theme: Theme): void {
    this.chosen = theme;
    keepChoice('theme', theme === 'system' ? null : theme);
    this.#apply();
  }

  #apply(): void {
    if (this.chosen === 'system') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = this.chosen;
  }
}

function asTheme(text: string | null): Theme {
  return text === 'light' || text === 'dark' ? text : 'system';
}

export const theme = new ThemeChoice();
