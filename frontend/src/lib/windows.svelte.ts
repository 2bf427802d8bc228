/** A long list fetched by windows around what is in sight, so that scrolling never waits and nothing is fetched twice. */

/** What is known of a list beside its rows: how many, of how many looked at, as of when. */
export interface Cover {
  readonly total: number;
  readonly looked_at: number;
  readonly as_of_ms: number;
  readonly truncated: boolean;
}

interface Page<Row> extends Cover {
  readonly rows: readonly Row[];
}
type Fetch<Row, Filter> = (offset: number, limit: number, filter: Filter, signal: AbortSignal) => Promise<Page<Row>>;

const WINDOW = 100;
const SETTLE_MS = 40;
const KEPT = 40;

export class Windows<Row, Filter> {
  cover = $state.raw<Cover | null>(null);
  error = $state.raw<unknown>(null);
  #rows = $state.raw<ReadonlyMap<number, readonly Row[]>>(new Map());
  #filter: Filter;
  #sight = { first: 0, last: WINDOW };
  #stale = new Set<number>();
  #asked = new Map<number, AbortController>();
  /** How often something changed at the node, and what was pushed while it was asked: an answer may be older than both. */
  #changes = 0;
  #pushed: readonly (() => void)[] = [];
  #settle: ReturnType<typeof setTimeout> | undefined;
  #fetch: Fetch<Row, Filter>;

  constructor(filter: Filter, fetch: Fetch<Row, Filter>) {
    this.#filter = filter;
    this.#fetch = fetch;
  }

  row(index: number): Row | undefined {
    return this.#rows.get(Math.floor(index / WINDOW))?.[index % WINDOW];
  }

  /** Begin anew with another filter; the old rows stay in sight until the first new ones are there. */
  filter(filter: Filter): void {
    this.#filter = filter;
    for (const asked of this.#asked.values()) asked.abort();
    this.#asked.clear();
    this.#pushed = [];
    this.#stale = new Set(this.#rows.keys());
    this.#sight = { first: 0, last: WINDOW };
    void this.#load(0, true);
  }

  /** Something changed at the node: what is in sight is fetched anew, the rest when it comes into sight. */
  refresh(): void {
    this.#changes += 1;
    this.#stale = new Set(this.#rows.keys());
    this.#wantSight();
  }

  /** A row that was pushed takes its place at once: where it stands already, or before all if it is the newest. */
  push(row: Row, asOfMs: number, isSame: (other: Row) => boolean, isNewer: (first: Row | undefined) => boolean): void {
    const put = (): void => this.#put(row, asOfMs, isSame, isNewer);
    if (this.#asked.size > 0) this.#pushed = [...this.#pushed, put];
    put();
  }

  #put(row: Row, asOfMs: number, isSame: (other: Row) => boolean, isNewer: (first: Row | undefined) => boolean): void {
    const place = [...this.#rows].find(([, rows]) => rows.some(isSame));
    const rows = new Map(this.#rows);
    if (place) rows.set(place[0], place[1].map((other) => (isSame(other) ? row : other)));
    else if (this.cover && rows.has(0) && isNewer(rows.get(0)?.[0])) this.cover = putFirst(row, rows, this.cover);
    this.#rows = rows;
    if (this.cover) this.cover = { ...this.cover, as_of_ms: Math.max(this.cover.as_of_ms, asOfMs) };
  }

  /** Rows `first` to `last` are in sight: have them, and the windows around them. */
  see(first: number, last: number): void {
    this.#sight = { first, last };
    this.#wantSight();
  }

  #wantSight(): void {
    clearTimeout(this.#settle);
    this.#settle = setTimeout(() => this.#fetchSight(), SETTLE_MS);
  }

  #fetchSight(): void {
    const last = Math.floor(Math.max(0, Math.min(this.#sight.last, this.cover?.total ?? WINDOW) - 1) / WINDOW);
    const first = Math.floor(this.#sight.first / WINDOW);
    for (const [window, asked] of this.#asked) if (window < first - 1 || window > last + 1) asked.abort();
    for (let window = Math.max(0, first - 1); window <= last + 1; window += 1) {
      const isBeyond = this.cover !== null && window * WINDOW >= this.cover.total && window > 0;
      if (!isBeyond && (!this.#rows.has(window) || this.#stale.has(window))) void this.#load(window);
    }
  }

  async #load(window: number, isFirst = false): Promise<void> {
    const before = this.#asked.get(window);
    if (before && !before.signal.aborted) return;
    const asked = new AbortController();
    this.#asked.set(window, asked);
    const [changes, pushed] = [this.#changes, this.#pushed.length];
    try {
      const page = await this.#fetch(window * WINDOW, WINDOW, this.#filter, asked.signal);
      if (asked.signal.aborted) return;
      this.#keep(window, page, isFirst);
      for (const put of this.#pushed.slice(pushed)) put();
      if (this.#changes > changes) this.#askAgain(window);
    } catch (problem) {
      if (!asked.signal.aborted) this.error = problem;
    } finally {
      if (this.#asked.get(window) === asked) this.#asked.delete(window);
      if (this.#asked.size === 0) this.#pushed = [];
    }
  }

  /** Something changed while our node was asked: what it answered may not have it yet. */
  #askAgain(window: number): void {
    this.#stale.add(window);
    this.#wantSight();
  }

  #keep(window: number, page: Page<Row>, isFirst: boolean): void {
    const rows = new Map(isFirst ? [] : this.#rows);
    rows.set(window, page.rows);
    this.#stale.delete(window);
    for (const far of rows.keys()) if (rows.size > KEPT && Math.abs(far - window) > 10) rows.delete(far);
    this.#rows = rows;
    this.cover = page;
    this.error = null;
  }
}

/** Put a row before all, each window giving its last one to the next; gives what the list then covers. */
function putFirst<Row>(row: Row, rows: Map<number, readonly Row[]>, cover: Cover): Cover {
  let carried: Row | undefined = row;
  for (let window = 0; carried !== undefined && rows.has(window); window += 1) {
    const pushed: readonly Row[] = [carried, ...(rows.get(window) ?? [])];
    rows.set(window, pushed.slice(0, WINDOW));
    carried = pushed[WINDOW];
  }
  return { ...cover, total: cover.total + 1, looked_at: cover.looked_at + 1 };
}
