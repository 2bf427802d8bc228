/** How far the demonstration has come: the same at both consoles, told by the nodes and never by a press on this page. */

import type { DemoStep, DemoValues } from '../generated/types';
import { get, post } from '../lib/api';
import { live } from '../lib/live.svelte';

class Demo {
  values = $state.raw<DemoValues | null>(null);

  constructor() {
    live.on('demo', ({ demo }) => {
      this.values = demo;
    });
  }

  async load(): Promise<void> {
    this.values = await get<DemoValues>('/demo');
  }

  async breakLink(): Promise<void> {
    this.values = await post<DemoValues>('/demo/break', {});
  }

  async restoreLink(): Promise<void> {
    this.values = await post<DemoValues>('/demo/restore', {});
  }

  get done(): number {
    return this.values?.steps.filter((step) => step.done_ms !== null).length ?? 0;
  }

  /** The first step that nobody has done yet. */
  get next(): DemoStep | undefined {
    return this.values?.steps.find((step) => step.done_ms === null);
  }
}

export const demo = new Demo();
