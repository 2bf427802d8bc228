/** Instants and durations as people read them: always UTC, written as the command line writes them. */

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'] as const;
const MINUTE_MS = 60_000;
const LATEST_MS = 253_402_300_800_000;

/** `24 MAR 22 03:12:05Z`: cut to the second, as a clock's face is read. */
export function formatSecond(instantMs: number): string {
  return isReadable(instantMs) ? `${formatDay(instantMs)} ${formatClock(instantMs)}` : `${instantMs} ms`;
}

/** `24 MAR 22`. */
export function formatDay(instantMs: number): string {
  const moment = new Date(instantMs);
  const year = two(moment.getUTCFullYear() % 100);
  return `${two(moment.getUTCDate())} ${MONTHS[moment.getUTCMonth()]} ${year}`;
}

/** `03:12:05Z`. */
export function formatClock(instantMs: number): string {
  const moment = new Date(instantMs);
  return `${two(moment.getUTCHours())}:${two(moment.getUTCMinutes())}:${two(moment.getUTCSeconds())}Z`;
}

/** `03:12Z`. */
export function formatMinute(instantMs: number): string {
  const moment = new Date(instantMs);
  return `${two(moment.getUTCHours())}:${two(moment.getUTCMinutes())}Z`;
}

/** `03:12:05Z` when it is of the same UTC day as `nowMs`, else with its date. */
export function formatNear(instantMs: number, nowMs: number): string {
  return formatDay(instantMs) === formatDay(nowMs) ? formatClock(instantMs) : formatSecond(instantMs);
}

/** `240312Z MAR 22`, as treaty desks write it. */
export function formatGroup(instantMs: number): string {
  if (!isReadable(instantMs)) return `${instantMs} ms`;
  const moment = new Date(instantMs);
  const digits = two(moment.getUTCDate()) + two(moment.getUTCHours()) + two(moment.getUTCMinutes());
  return `${digits}Z ${MONTHS[moment.getUTCMonth()]} ${two(moment.getUTCFullYear() % 100)}`;
}

/** A date-time group, or the exact instant when it is not a whole minute: as fields of messages are said. */
export function formatTime(instantMs: number): string {
  if (instantMs % MINUTE_MS === 0) return formatGroup(instantMs);
  return isReadable(instantMs) ? new Date(instantMs).toISOString() : `${instantMs} ms`;
}

/** `1:04:05`: hours, minutes, seconds. */
export function formatDuration(durationMs: number): string {
  const seconds = Math.floor(Math.abs(durationMs) / 1000);
  return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

/** `+1.2 s`: a small difference between two clocks, with its sign. */
export function formatOffset(offsetMs: number): string {
  const seconds = Math.abs(offsetMs) / 1000;
  const sign = offsetMs < 0 && seconds >= 0.05 ? '\u2212' : '+';
  return seconds < 100 ? `${sign}${seconds.toFixed(1)}\u202fs` : `${sign}${formatDuration(offsetMs)}`;
}

function isReadable(instantMs: number): boolean {
  return Number.isFinite(instantMs) && Math.abs(instantMs) < LATEST_MS;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
