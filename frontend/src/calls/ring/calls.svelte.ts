/**
 * The calls of this desk as every page knows them: what rings, what we ring, who is in a call.
 *
 * What is open comes with the desk, so a page that opens while it rings, rings. A call that was placed or answered in this
 * tab stays in sight until somebody has seen what became of it.
 */

import type {
  AnswerCallRequest,
  CallFloodValues,
  CallLine,
  CallValues,
  DeclineCallRequest,
  DeferCallRequest,
  PlaceCallRequest,
  RecordedValues,
  RingingValues,
} from '../../generated/types';
import { Asking, get, numberPath } from '../../lib/api';
import { keepDraft, readDraft } from '../../lib/kept';
import { live } from '../../lib/live.svelte';
import { router } from '../../lib/router.svelte';

export type Media = CallLine['media'];
type Prepared = { readonly fingerprint: string };
/** The room keeps the keys and the media of a call: fetched when somebody wants to speak. */
interface RoomSession {
  prepare: () => Promise<Prepared>;
  hold: (number: string, prepared: Prepared, media: Media, path: Path) => unknown;
}
/** By which way media may go; null: the room asks. */
export type Path = 'relay' | 'direct' | null;

const OWN = 'calls-here';
const MOST = 32;
const rooms = import.meta.glob<RoomSession>('../room/session.svelte.ts');

class Calls {
  /** Placed or answered in this tab, as long as somebody may want to know what became of them. */
  #own = $state.raw<readonly string[]>(readOwn());
  #ended = $state.raw<readonly CallLine[]>([]);
  /** Acted on by a press on this page: our node says so too within moments. */
  #done = $state.raw<ReadonlySet<string>>(new Set());
  /** Put aside because our node did not answer; they come back when it does. */
  #aside = $state.raw<ReadonlySet<string>>(new Set());
  /** One name for one press: what was recorded although the answer was lost is not recorded twice. */
  readonly #asking = new Asking();
  /** Why the last answer went by less than was wished. */
  mediaTrouble = $state.raw<unknown>(null);

  readonly open = $derived<readonly CallLine[]>(live.desk?.calls ?? []);
  /** What rings here, the most urgent first, then what rings longest. */
  readonly ringing = $derived(
    this.open.filter((call) => !call.ours && call.state === 'ringing' && !this.#done.has(call.number) && !this.#aside.has(call.number)),
  );
  /** What rings at this console while it is locked: named, and no more. */
  readonly ringingLocked = $derived<readonly RingingValues[]>(live.locked?.calls ?? []);
  /** Ours, that nobody has answered yet. */
  readonly placed = $derived(this.open.filter((call) => call.ours && call.state !== 'in_call'));
  readonly inCall = $derived(this.open.filter((call) => call.state === 'in_call'));
  readonly floods = $derived<readonly CallFloodValues[]>(live.desk?.call_floods ?? []);
  /** Ended, and nobody has said in this tab that this was seen. */
  readonly ended = $derived(this.#ended.filter((call) => this.#own.includes(call.number)));

  constructor() {
    live.on('call', ({ call }) => this.#hear(call));
  }

  /** Place a call, by as much of its media as this browser can, and go to its page. */
  async place(asked: PlaceCallRequest, path: Path = null): Promise<void> {
    await this.#speak(asked.media ?? 'text', path, (media) => this.#asking.record<RecordedValues>('/calls', { ...asked, ...media }));
  }

  /** Answer, by as much of `media` as this browser can, and go to the call. */
  async answer(call: CallLine, media: Media): Promise<void> {
    await this.#speak(media, null, async (body) => {
      await this.#act(call.number, 'answer', body);
      return call;
    });
  }

  decline(call: CallLine, body: DeclineCallRequest): Promise<void> {
    return this.#act(call.number, 'decline', body);
  }

  defer(call: CallLine, body: DeferCallRequest): Promise<void> {
    return this.#act(call.number, 'defer', body);
  }

  async withdraw(call: CallLine, words = ''): Promise<void> {
    await this.#act(call.number, 'withdraw', { words });
    this.see(call.number);
  }

  async hangUp(call: CallLine): Promise<void> {
    await this.#act(call.number, 'hang-up', {});
    this.see(call.number);
  }

  /** Keep in sight, from now on, what becomes of a call. */
  own(number: string): void {
    this.#keep([...this.#own.filter((each) => each !== number), number].slice(-MOST));
  }

  isOwn(number: string): boolean {
    return this.#own.includes(number);
  }

  /** Somebody has seen what became of a call. */
  see(number: string): void {
    this.#keep(this.#own.filter((each) => each !== number));
    this.#ended = this.#ended.filter((call) => call.number !== number);
  }

  /** The page was not connected: ask what became of what it waits for. */
  async catchUp(): Promise<void> {
    this.#aside = new Set();
    for (const number of this.#own) {
      if (this.open.some((call) => call.number === number)) continue;
      await get<CallValues>(`/calls/${numberPath(number)}`).then((call) => this.#hear(call), () => undefined);
    }
  }

  /** Our node does not answer: give the page back, until it does. */
  putAside(): void {
    this.#aside = new Set(this.ringing.map((call) => call.number));
  }

  /** Record that we call, or answer, with the key that the entry must name; without a key it goes by text alone. */
  async #speak(wished: Media, path: Path, record: (by: AnswerCallRequest) => Promise<{ readonly number: string }>): Promise<void> {
    const room = await this.#room(wished);
    const prepared = await room?.prepare().catch((trouble: unknown) => this.#lack(trouble));
    const media = prepared ? wished : 'text';
    const { number } = await record(prepared ? { media, fingerprint: prepared.fingerprint } : { media });
    if (room && prepared) room.hold(number, prepared, media, path);
    this.own(number);
    router.go(`calls/${number}`);
  }

  async #room(wished: Media): Promise<RoomSession | undefined> {
    this.mediaTrouble = null;
    return wished === 'text' ? undefined : rooms['../room/session.svelte.ts']?.().catch((trouble: unknown) => this.#lack(trouble));
  }

  #lack(trouble: unknown): undefined {
    this.mediaTrouble = trouble;
  }

  async #act(number: string, act: string, body: unknown): Promise<void> {
    await this.#asking.record(`/calls/${numberPath(number)}/${act}`, body);
    this.#done = new Set([...this.#done, number]);
  }

  #hear(call: CallValues): void {
    if (call.state !== 'ended' || !this.#own.includes(call.number)) return;
    this.#ended = [...this.#ended.filter((each) => each.number !== call.number), call];
  }

  #keep(own: readonly string[]): void {
    this.#own = own;
    keepDraft(OWN, own.length > 0 ? own : null);
  }
}

function readOwn(): readonly string[] {
  const kept = readDraft(OWN);
  return Array.isArray(kept) ? kept.filter((each): each is string => typeof each === 'string') : [];
}

export const calls = new Calls();
