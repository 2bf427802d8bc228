/** Places and lengths as they are read. */

import { wrap, type Point } from './shape';

const NM_M = 1_852;

/** `55°06.00'N 020°18.00'E`. */
export function formatPlace([longitude, latitude]: Point): string {
  return `${angle(latitude, 2, 'N', 'S')} ${angle(wrap(longitude), 3, 'E', 'W')}`;
}

function angle(degrees: number, digits: number, positive: string, negative: string): string {
  const hundredths = Math.round(Math.abs(degrees) * 6_000);
  const whole = String(Math.floor(hundredths / 6_000)).padStart(digits, '0');
  const minutes = ((hundredths % 6_000) / 100).toFixed(2).padStart(5, '0');
  return `${whole}°${minutes}'${degrees < 0 && hundredths > 0 ? negative : positive}`;
}

/** `42.3 NM (78.4 km)`; below a kilometre in metres. */
export function formatLength(metres: number): string {
  const far = metres / NM_M;
  const nautical = `${far.toFixed(far < 100 ? 1 : 0)}\u202fNM`;
  const metric = metres < 1_000 ? `${metres.toFixed(0)}\u202fm` : `${(metres / 1_000).toFixed(metres < 100_000 ? 1 : 0)}\u202fkm`;
  return `${nautical} (${metric})`;
}

/** `043°`. */
export function formatBearing(degrees: number): string {
  return `${String(Math.round(degrees) % 360).padStart(3, '0')}°`;
}
