/** How far the long work of our node has come, by task, as the feed tells. */

import { live } from '../../lib/live.svelte';

export interface Far {
  readonly done: number;
  readonly total: number;
}

class Work {
  #tasks = $state.raw<ReadonlyMap<string, Far>>(new Map());

  constructor() {
    live.on('progress', ({ task, done, total }) => this.set(task, { done, total }));
  }

  far(task: string): Far {
    return this.#tasks.get(task) ?? { done: 0, total: 0 };
  }

  /** Begin to look at a task anew. */
  begin(task: string): void {
    this.set(task, { done: 0, total: 0 });
  }

  private set(task: string, far: Far): void {
    this.#tasks = new Map(this.#tasks).set(task, far);
  }
}

export const work = new Work();
