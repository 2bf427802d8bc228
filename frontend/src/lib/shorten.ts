/** Leave out whole words at the end of a text, and say so with an ellipsis; a single long word alone is cut. */

export function shorten(text: string, characters: number): string {
  const all = Array.from(text);
  if (all.length <= characters) return text;
  const kept = all.slice(0, characters - 1).join('');
  const lastBlank = kept.search(/\s\S*$/u);
  return `${(lastBlank > characters / 2 ? kept.slice(0, lastBlank) : kept).trimEnd()}\u2026`;
}
