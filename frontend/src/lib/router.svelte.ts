/**
 * Where the page is: `#/messages/US/14?act=take` is `['messages', 'US', '14']` with what is asked of it behind `?`.
 *
 * Going somewhere moves the focus to its heading; asking another thing of the same page leaves everything where it is.
 */

import { tick } from 'svelte';

class Router {
  parts = $state.raw<readonly string[]>(partsOf(location.hash));
  query = $state.raw<URLSearchParams>(queryOf(location.hash));

  constructor() {
    addEventListener('hashchange', () => {
      const parts = partsOf(location.hash);
      this.query = queryOf(location.hash);
      if (parts.join('/') === this.parts.join('/')) return;
      this.parts = parts;
      void focusHeading();
    });
  }

  get page(): string {
    return this.parts[0] ?? 'line';
  }

  go(path: string): void {
    location.hash = `#/${path}`;
  }

  /** Ask something of this page; the way back leads to what was asked before. */
  ask(query: Readonly<Record<string, string>>): void {
    const asked = new URLSearchParams(query).toString().replaceAll('%3A', ':');
    const path = pathOf(location.hash);
    location.hash = asked === '' ? path : `${path}?${asked}`;
  }
}

function pathOf(hash: string): string {
  return hash.split('?', 1)[0] ?? '';
}

function queryOf(hash: string): URLSearchParams {
  return new URLSearchParams(hash.slice(pathOf(hash).length));
}

function partsOf(hash: string): readonly string[] {
  const parts = pathOf(hash).replace(/^#\/?/, '').split('/').filter(Boolean).map(plain);
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
