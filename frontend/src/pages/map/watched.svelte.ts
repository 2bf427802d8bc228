/** What our node says of notices and conflicts for the map, kept as it changes while a page looks. */

import type { NoticeMap } from '../../generated/types';
import { get } from '../../lib/api';
import { live } from '../../lib/live.svelte';
import { joined, replaced } from '../../map/notices';

const CALM_MS = 400;
/** A map of very many is fetched less often. */
const CALM_OF_MANY_MS = 5_000;
const MANY = 2_000;
/** So many come in one answer (`console.map_routes.WINDOW`). */
const WINDOW = 1_000;
/** No more are drawn; the page says so. */
export const MOST = 20_000;
/** More changes than that at once are fetched as a whole. */
const ONE_BY_ONE = 8;

export class Watched {
  map = $state.raw<NoticeMap | null>(null);
  error = $state.raw<unknown>(null);
  #changed = new Set<string>();
  #calm: ReturnType<typeof setTimeout> | undefined;
  #asked = 0;

  /** Hear of changes for as long as a page is there; call what is given back to hear no more. */
  begin(): () => void {
    const forget = [
      live.on('notice', ({ number }) => this.#note(number)),
      live.on('conflict', () => this.#note('')),
    ];
    return () => {
      clearTimeout(this.#calm);
      forget.forEach((each) => each());
    };
  }

  async load(): Promise<void> {
    const mine = (this.#asked += 1);
    this.#changed.clear();
    await this.#try(async () => {
      let map = await get<NoticeMap>('/notices/map');
      if (mine === this.#asked && (!this.map || map.total <= map.notices.length)) this.map = map;
      for (let offset = WINDOW; offset < Math.min(map.total, MOST); offset += WINDOW) {
        map = joined(map, await get<NoticeMap>('/notices/map', { offset }));
        if (mine !== this.#asked) return;
      }
      this.map = map;
    });
  }

  #note(number: string): void {
    this.#changed.add(number);
    const isLarge = (this.map?.notices.length ?? 0) > MANY;
    this.#calm ??= setTimeout(() => void this.#catchUp(), isLarge ? CALM_OF_MANY_MS : CALM_MS);
  }

  /** An empty number: conflicts changed, and with them any notice. */
  async #catchUp(): Promise<void> {
    this.#calm = undefined;
    const numbers = [...this.#changed];
    if (numbers.includes('') || numbers.length > ONE_BY_ONE || !this.map) return this.load();
    this.#changed.clear();
    const mine = this.#asked;
    for (const number of numbers) {
      await this.#try(async () => {
        const fresh = await get<NoticeMap>('/notices/map', { number });
        if (mine === this.#asked && this.map) this.map = replaced(this.map, number, fresh);
      });
    }
  }

  async #try(load: () => Promise<void>): Promise<void> {
    try {
      await load();
      this.error = null;
    } catch (problem) {
      if (!live.isDead) this.error = problem;
    }
  }
}
