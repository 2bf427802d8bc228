/** Where the page is: `#/messages/US/14` is `['messages', 'US', '14']`. Going somewhere moves the focus to its heading. */

import { tick } from 'svelte';

class Router {
  parts = $state.raw<readonly string[]>(partsOf(location.hash));

  constructor() {
    addEventListener('hashchange', () => {
      this.parts = partsOf(location.hash);
      void focusHeading();
    });
  }

  get page(): string {
    return this.parts[0] ?? 'line';
  }

  go(path: string): void {
    location.hash = `#/${path}`;
  }
}

function partsOf(hash: string): readonly string[] {
  const parts = hash.replace(/^#\/?/, '').split('/').filter(Boolean).map(plain);
  return parts.length === 0 ? ['line'] : parts;
}

function plain(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Put the focus on the page's heading, once it is there, so that a reader of the screen hears where they are. */
export async function focusHeading(): Promise<void> {
  await tick();
  document.querySelector<HTMLElement>('main h1')?.focus({ preventScroll: true });
  scrollTo({ top: 0, behavior: 'instant' });
}

export const router = new Router();
