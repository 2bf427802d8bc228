/** A number that people compare: eight digits, a space, eight digits. */
export function grouped(hex: string): string {
  return hex.replace(/(.{8})(?=.)/g, '$1 ');
}
