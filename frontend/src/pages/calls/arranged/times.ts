/** Times that are proposed, as they are typed: `241500Z MAR 22` or `1500Z`, and how long; always UTC. */

import type { ArrangementValues } from '../../../generated/types';
import { formatGroup } from '../../../lib/time';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const BARE = /^(\d\d):?(\d\d)Z$/;
const GROUP = /^(\d\d)(\d\d)(\d\d)Z ?([A-Z]{3}) ?(\d\d)$/;

export const MAX_TIMES = 5;
export const MAX_WORDS = 280;
/** How long a window is open, as `services.arranged.times` reads it. */
export const LENGTHS = ['30m', '1h', '2h', '4h', '12h', '24h'] as const;
/** The seconds of each, for people. */
export const LENGTH_S: Readonly<Record<string, number>> = { '30m': 1_800, '1h': 3_600, '2h': 7_200, '4h': 14_400, '12h': 43_200, '24h': 86_400 };
/** Answer times that may be asked for; 0: as agreed. */
export const WITHIN_S = [0, 3_600, 14_400, 43_200] as const;

export interface Typed {
  begin: string;
  length: string;
}

export function noTime(): Typed {
  return { begin: '', length: '1h' };
}

/** What goes to our node: those that were typed, in order. */
export function windowsOf(typed: readonly Typed[]): string[] {
  return typed.filter((each) => each.begin.trim() !== '').map((each) => `${each.begin.trim().toUpperCase()}/${each.length}`);
}

/** When a window begins, as our node will read it; null: our node says what is wrong with it. */
export function beginsMs(text: string, nowMs: number): number | null {
  const written = text.trim().toUpperCase();
  const bare = BARE.exec(written);
  if (bare) {
    const today = nowMs - (nowMs % DAY_MS) + (Number(bare[1]) * 60 + Number(bare[2])) * MINUTE_MS;
    return Number(bare[1]) < 24 && Number(bare[2]) < 60 ? today + (today <= nowMs ? DAY_MS : 0) : null;
  }
  const [, day = '', hour = '', minute = '', month = '', year = ''] = GROUP.exec(written) ?? [];
  if (!day || !MONTHS.includes(month)) return null;
  const found = Date.UTC(2000 + Number(year), MONTHS.indexOf(month), Number(day), Number(hour), Number(minute));
  const isSaid = new Date(found).getUTCDate() === Number(day) && Number(hour) < 24 && Number(minute) < 60;
  return isSaid ? found : null;
}

/** A date-time group that no line breaks. */
export function oneGroup(instantMs: number): string {
  return formatGroup(instantMs).replaceAll(' ', '\u00a0');
}

/** Whether something about it is for us to do now: to answer, or to ring. */
export function isOurs(row: ArrangementValues): boolean {
  return row.held?.due === true || row.offers.some((offer) => offer.awaited && !offer.ours);
}

/** Whether nothing is expected any more. */
export function isOver(row: ArrangementValues): boolean {
  if (row.effect !== '' || row.state === 'refused' || row.state === 'withdrawn') return true;
  return row.held !== null && !row.held.due && row.held.state !== 'coming';
}
