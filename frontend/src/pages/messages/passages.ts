/** A text cut where its critical passages stand. */

export interface Piece {
  text: string;
  isCritical: boolean;
}

/** Cut `text` at each first place of each passage; where passages overlap the earlier one stands. */
export function cutAtPassages(text: string, passages: readonly string[]): readonly Piece[] {
  const found = passages
    .map((passage) => ({ start: passage ? text.indexOf(passage) : -1, passage }))
    .filter(({ start }) => start >= 0)
    .sort((one, other) => one.start - other.start);
  const pieces: Piece[] = [];
  let end = 0;
  for (const { start, passage } of found) {
    if (start < end) continue;
    pieces.push({ text: text.slice(end, start), isCritical: false }, { text: passage, isCritical: true });
    end = start + passage.length;
  }
  pieces.push({ text: text.slice(end), isCritical: false });
  return pieces.filter((piece) => piece.text !== '');
}
