/** The HTTP API as functions. Every refusal becomes an `ApiError` that says what happened and what to do. */

/** What an answer says when it is no answer: who refused, why, and what to do about it. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly hint: string;
  readonly id: string;

  constructor(status: number, code: string, message: string, hint: string, id: string) {
    super(message);
    this.status = status;
    this.code = code;
    this.hint = hint;
    this.id = id;
  }

  /** Whether the same request may be tried again as it is: nobody refused it, nothing answered. */
  get isUnreachable(): boolean {
    return this.code === UNREACHABLE;
  }

  /** Whether it was refused before anything was recorded; a failure of the node proves nothing of the kind. */
  get provesNothingRecorded(): boolean {
    return this.status >= 400 && this.status < 500 && this.code !== OTHER_RUN;
  }

  get isSignedOut(): boolean {
    return this.status === 401;
  }
}

export const UNREACHABLE = 'console.unreachable';
const OTHER_RUN = 'console.once.other_run';
const WAIT_MS = 15_000;

let run = '';
const drawnAnew = new Map<string, string>();

type Method = 'GET' | 'POST' | 'DELETE';
type Query = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** Ask for something. */
export function get<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> {
  return request<T>('GET', withQuery(path, query), undefined, undefined, signal);
}

/** Do something that makes no entry. */
export function post<T>(path: string, body: unknown): Promise<T> {
  return request<T>('POST', path, body);
}

/** Have our node do something that takes as long as it takes; the feed tells how far it has come. */
export function postPatiently<T>(path: string, signal: AbortSignal): Promise<T> {
  return request<T>('POST', path, {}, undefined, signal, true);
}

/** Give our node a file, which takes as long as it takes; under `once`, as `record`, for it makes entries. */
export function sendFile<T>(path: string, body: unknown, once: string, signal: AbortSignal): Promise<T> {
  return named(once, (name) => request<T>('POST', path, body, name, signal, true));
}

/**
 * Make an entry. The same `once` again gives the same answer and no second entry, so a retry after a cut is safe.
 *
 * Across a start of the node nobody remembers: it refuses once, saying so, and whoever asks again after that has looked.
 */
export function record<T>(path: string, body: unknown, once: string): Promise<T> {
  return named(once, (name) => request<T>('POST', path, body, name));
}

async function named<T>(once: string, ask: (name: string) => Promise<T>): Promise<T> {
  try {
    return await ask(drawnAnew.get(once) ?? once);
  } catch (error) {
    if (error instanceof ApiError && error.code === OTHER_RUN) drawnAnew.set(once, newOnce());
    throw error;
  }
}

/** End something. `once`: where that makes an entry, its name, as for `record`. */
export function remove<T>(path: string, once?: string): Promise<T> {
  if (once === undefined) return request<T>('DELETE', path);
  return named(once, (name) => request<T>('DELETE', path, undefined, name));
}

/** A name for one entry to be made, under the run of the node that this page sees; keep it until the answer is there. */
export function newOnce(): string {
  const octets = Array.from(crypto.getRandomValues(new Uint8Array(16)), (octet) => octet.toString(16).padStart(2, '0'));
  return run === '' ? octets.join('') : `${run}.${octets.join('')}`;
}

/**
 * The name under which a page asks for one entry: drawn at the first press, so that it is of the run of the node that
 * hears it, and kept for the same request until an answer says that it was recorded, or that nothing was.
 */
export class Asking {
  #body = '';
  #once = '';

  /** Make the entry, or learn that it was made: see `record`. */
  record<T>(path: string, body: unknown): Promise<T> {
    return this.#ask(JSON.stringify([path, body]), (once) => record<T>(path, body, once));
  }

  /** Make the entry that ends something. */
  remove<T>(path: string): Promise<T> {
    return this.#ask(path, (once) => remove<T>(path, once));
  }

  async #ask<T>(asked: string, ask: (once: string) => Promise<T>): Promise<T> {
    if (this.#body !== asked) [this.#body, this.#once] = [asked, newOnce()];
    try {
      const answer = await ask(this.#once);
      this.#body = '';
      return answer;
    } catch (error) {
      if (error instanceof ApiError && error.provesNothingRecorded) this.#body = '';
      throw error;
    }
  }
}

/** Tell under which run of the node this page lives now (`DeskValues.run`). */
export function nameRun(name: string): void {
  run = name;
}

/** `US/14` as a path. */
export function numberPath(number: string): string {
  const [party = '', index = ''] = number.split('/');
  return `${encodeURIComponent(party.toLowerCase())}/${encodeURIComponent(index)}`;
}

async function request<T>(
  method: Method,
  path: string,
  body?: unknown,
  once?: string,
  signal?: AbortSignal,
  isPatient = false,
): Promise<T> {
  const headers = new Headers({ Accept: 'application/json' });
  if (body !== undefined) headers.set('Content-Type', 'application/json');
  if (once !== undefined) headers.set('Coupefeu-Once', once);
  const response = await reach(path, {
    method,
    headers,
    credentials: 'same-origin',
    cache: 'no-store',
    signal: signalOf(signal, isPatient),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw await refusalOf(response);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

function signalOf(signal: AbortSignal | undefined, isPatient: boolean): AbortSignal {
  if (signal && isPatient) return signal;
  return signal ? AbortSignal.any([signal, AbortSignal.timeout(WAIT_MS)]) : AbortSignal.timeout(WAIT_MS);
}

/** Send a request to our node. Throws ApiError: it cannot be reached. */
export async function reach(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(`/api${path}`, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiError(0, UNREACHABLE, '', '', '');
  }
}

/** Read why our node refused. */
export async function refusalOf(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => null);
  const error = field(body, 'error');
  return new ApiError(
    response.status,
    text(field(error, 'code')) || `console.status.${response.status}`,
    text(field(error, 'message')) || response.statusText,
    text(field(error, 'hint')),
    text(field(error, 'id')),
  );
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function withQuery(path: string, query: Query): string {
  const stated = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== '');
  if (stated.length === 0) return path;
  return `${path}?${new URLSearchParams(stated.map(([name, value]): [string, string] => [name, String(value)])).toString()}`;
}
