/**
 * A FLASH appears while somebody types: the key that is on its way must not take it.
 *
 * Nothing is taken in the first 700 ms, nor within 700 ms of a key that was ignored, but for no longer than 2 seconds in
 * all: who presses again and again is not locked out. A key that is held, or was down before, never takes anything.
 */

const QUIET_MS = 700;
const LONGEST_MS = 2_000;

export class Arming {
  isArmed = $state(false);
  #begunMs = 0;
  #armedMs = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #pressed = new Set<string>();

  /** Something that can be taken has appeared now. */
  begin(): void {
    this.#begunMs = performance.now();
    this.#pressed.clear();
    this.#wait();
  }

  end(): void {
    clearTimeout(this.#timer);
  }

  /** Whether a press that comes now is meant. */
  allows(): boolean {
    return performance.now() >= this.#armedMs;
  }

  /** Judge a key that goes down; one that is not meant is swallowed whole. */
  admits(event: KeyboardEvent): boolean {
    if (event.repeat || event.isComposing || !this.allows()) {
      if (!event.repeat && !this.allows()) this.#wait();
      swallow(event);
      return false;
    }
    this.#pressed.add(event.code);
    return true;
  }

  /** Swallow the release of a key that was not admitted: a button is pressed when the space bar comes up. */
  release(event: KeyboardEvent): void {
    if (!this.#pressed.delete(event.code)) swallow(event);
  }

  #wait(): void {
    this.#armedMs = Math.min(performance.now() + QUIET_MS, this.#begunMs + LONGEST_MS);
    this.isArmed = this.allows();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => (this.isArmed = true), this.#armedMs - performance.now());
  }
}

function swallow(event: KeyboardEvent): void {
  event.preventDefault();
  event.stopImmediatePropagation();
}
