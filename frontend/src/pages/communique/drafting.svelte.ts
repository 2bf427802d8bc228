/** The communique that is being drafted on this page: kept while the officer looks elsewhere. */

import { SvelteMap, SvelteSet } from 'svelte/reactivity';

import type { CommuniqueRequest, DraftedEntry, DraftedValues } from '../../generated/types';
import { post } from '../../lib/api';
import { nothingAsked, requestOf, type Level } from './asked';

class Drafting {
  asked = $state(nothingAsked());
  default = $state<Level>('head');
  readonly single = new SvelteMap<string, Level>();
  readonly attachments = new SvelteSet<string>();
  draft = $state.raw<DraftedValues | null>(null);
  /** The proposal whose selection is looked at; '' where the form chooses. */
  proposal = $state('');
  isLooking = $state(false);
  error = $state.raw<unknown>(null);
  #looked = $state('');

  get request(): CommuniqueRequest {
    if (this.proposal) return { proposal: this.proposal };
    return requestOf(this.asked, { default: this.default, single: this.single, attachments: this.attachments });
  }

  /** Whether something was changed since the draft was made: what is issued is what was looked at. */
  get isStale(): boolean {
    return this.draft !== null && this.#looked !== JSON.stringify(this.request);
  }

  levelOf(entry: DraftedEntry): Level {
    return this.single.get(entry.number) ?? (this.isStale ? this.default : (entry.disclosed as Level));
  }

  /** Have our node choose, gather and prove; nothing is signed. */
  async look(proposal = ''): Promise<void> {
    this.proposal = proposal;
    this.isLooking = true;
    this.error = null;
    const asked = this.request;
    try {
      this.draft = await post<DraftedValues>('/communiques/drafts', asked);
      this.#looked = JSON.stringify(asked);
    } catch (problem) {
      this.draft = null;
      this.error = problem;
    } finally {
      this.isLooking = false;
    }
  }

  /** Begin anew. */
  clear(): void {
    this.asked = nothingAsked();
    this.default = 'head';
    this.single.clear();
    this.attachments.clear();
    this.draft = null;
    this.proposal = '';
    this.error = null;
  }
}

export const drafting = new Drafting();
