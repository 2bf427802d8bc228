/** Everything that was stored here on one day, in windows that do not shift while more is stored. */

import type { EntryLine, EntryPage } from '../../generated/types';
import { get } from '../../lib/api';

export interface DayLog {
  /** The newest first, each entry once. */
  readonly rows: readonly EntryLine[];
  readonly total: number;
  readonly looked_at: number;
  readonly truncated: boolean;
  /** What was stored before this is covered, and nothing that came later. */
  readonly as_of_ms: number;
}

/** More than this is no sheet of paper. */
export const MOST = 2_000;
const DAY_MS = 86_400_000;
const WINDOW = 200;
const TRIES = 3;

/** Fetch a day that begins at `sinceMs`; `tell` hears how far it has come. */
export async function fetchDay(sinceMs: number, tell: (log: DayLog) => void): Promise<DayLog> {
  const { as_of_ms } = await get<EntryPage>('/record', { limit: 1 });
  const span = { since_ms: sinceMs, before_ms: Math.min(sinceMs + DAY_MS, as_of_ms), whole: true };
  let log = await walk(span, as_of_ms, tell);
  for (let tries = 1; tries < TRIES && isShort(log); tries += 1) log = await walk(span, as_of_ms, tell);
  return log;
}

/** What was stored just before we asked may have come into sight between two windows: then some are missing. */
function isShort(log: DayLog): boolean {
  return log.rows.length < Math.min(log.total, MOST);
}

async function walk(span: Readonly<Record<string, number | boolean>>, asOfMs: number, tell: (log: DayLog) => void): Promise<DayLog> {
  const found = new Map<string, EntryLine>();
  for (let offset = 0; ; ) {
    const page = await get<EntryPage>('/record', { offset, limit: WINDOW, ...span });
    for (const line of page.rows) found.set(line.number, line);
    offset += page.rows.length;
    const { total, looked_at, truncated } = page;
    const log: DayLog = { rows: [...found.values()], total, looked_at, truncated, as_of_ms: asOfMs };
    tell(log);
    if (page.rows.length === 0 || offset >= Math.min(total, MOST)) return log;
  }
}
