/**
 * The siren of this page. Once begun it loops in the browser's audio thread: no throttled timer can stop it.
 *
 * A browser lets a page sound after a key or a press in it, or where it was set up to; until then the siren is not ready,
 * and the page says so. Whether loudspeaker and volume are right no page can know: that is asked of the officer.
 */

import { renderTones, type Pattern } from './tones';

const WATCH_MS = 1_000;

export class Siren {
  /** Whether a sound that begins now is rendered, as far as the browser tells. */
  isReady = $state(false);
  /** What sounds; also where it cannot be rendered yet, and begins as soon as it can. */
  pattern = $state.raw<Pattern | null>(null);

  #context: AudioContext | null = null;
  #source: AudioBufferSourceNode | null = null;
  #renderedS = -1;
  #watch: ReturnType<typeof setInterval> | undefined;

  /** Find out whether the browser lets this page sound without a press; asking makes no sound. */
  async ask(): Promise<void> {
    if (navigator.userActivation?.hasBeenActive) return this.wake();
    try {
      await new Audio('/silence.wav').play();
    } catch {
      return;
    }
    this.wake();
  }

  /** Make ready; call it while a key or a press is handled. */
  wake(): void {
    const context = this.#context ?? this.#open();
    if (context.state !== 'running') void context.resume().catch(() => undefined);
    this.#look();
  }

  /** Sound from now on. */
  play(pattern: Pattern): void {
    if (this.pattern === pattern) return;
    this.pattern = pattern;
    this.#begin();
    this.#renderedS = -1;
    this.#watch ??= setInterval(() => this.#look(), WATCH_MS);
  }

  /** Be silent at once. */
  stop(): void {
    this.pattern = null;
    this.#end();
    clearInterval(this.#watch);
    this.#watch = undefined;
  }

  #open(): AudioContext {
    const context = new AudioContext({ latencyHint: 'playback' });
    context.onstatechange = () => {
      this.#renderedS = -1;
      this.#look();
    };
    this.#context = context;
    if (this.pattern !== null) this.#begin();
    return context;
  }

  #begin(): void {
    this.#end();
    const context = this.#context;
    if (context === null || this.pattern === null) return;
    const samples = renderTones(this.pattern, context.sampleRate);
    const buffer = context.createBuffer(1, samples.length, context.sampleRate);
    buffer.copyToChannel(samples, 0);
    const source = new AudioBufferSourceNode(context, { buffer, loop: true });
    source.connect(context.destination);
    source.start();
    this.#source = source;
  }

  #end(): void {
    this.#source?.stop();
    this.#source?.disconnect();
    this.#source = null;
  }

  /** A context that runs and renders nothing has lost its device. */
  #look(): void {
    const context = this.#context;
    const isRunning = context?.state === 'running';
    const isStuck = isRunning && this.pattern !== null && context.currentTime === this.#renderedS;
    this.#renderedS = context?.currentTime ?? -1;
    this.isReady = isRunning && !isStuck;
  }
}

export const siren = new Siren();
