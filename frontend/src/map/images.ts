/** The pictures of the map: symbols as `scripts/symbols.ts` drew them, and hatches that tell ours from theirs. */

import symbolsUrl from '../../node_modules/.map/symbols.json?url';

/** `1-ours-present-line`: form, side, in force or not yet, context. */
export type SymbolName = `${number}-${'ours' | 'theirs'}-${'present' | 'planned'}-${'line' | 'exercise'}`;

export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
}

/** Pixels of a picture on one of the page: sharp on fine screens. */
export const FINE = 2;
const HATCH_PX = 12;

let asked: Promise<Readonly<Record<string, string>>> | undefined;

/** Fetch the drawings once, each as SVG. */
export function loadSymbols(): Promise<Readonly<Record<string, string>>> {
  asked ??= fetch(symbolsUrl, { credentials: 'same-origin' })
    .then((answer) => answer.json() as Promise<Readonly<Record<string, string>>>)
    .catch((problem: unknown) => {
      asked = undefined;
      throw problem;
    });
  return asked;
}

export function symbolName(form: number, isOurs: boolean, isInForce: boolean, isExercise: boolean): SymbolName {
  return `${form}-${isOurs ? 'ours' : 'theirs'}-${isInForce ? 'present' : 'planned'}-${isExercise ? 'exercise' : 'line'}`;
}

export function addressOf(svg: string): string {
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

export async function drawSymbol(svg: string): Promise<Picture> {
  const image = new Image();
  image.src = addressOf(svg);
  await image.decode();
  return paint(image.width * FINE, image.height * FINE, (brush, width, height) => brush.drawImage(image, 0, 0, width, height));
}

/** Strokes from the left below (ours) or from the left above, with dots between (theirs). */
export function drawHatch(isOurs: boolean, colour: string): Picture {
  return paint(HATCH_PX * FINE, HATCH_PX * FINE, (brush, side) => {
    brush.strokeStyle = brush.fillStyle = colour;
    brush.lineWidth = FINE;
    brush.globalAlpha = 0.75;
    for (const shift of [-side, 0, side]) {
      brush.beginPath();
      brush.moveTo(shift, isOurs ? side : 0);
      brush.lineTo(shift + side, isOurs ? 0 : side);
      brush.stroke();
    }
    if (!isOurs) brush.fillRect(side * 0.68, side * 0.2, FINE * 1.5, FINE * 1.5);
  });
}

/** A cross in a ring: here two notices would meet. */
export function drawConflict(colour: string, ground: string): Picture {
  return paint(26 * FINE, 26 * FINE, (brush, side) => {
    const middle = side / 2;
    brush.lineCap = 'round';
    for (const [style, width] of [[ground, 7 * FINE], [colour, 3.2 * FINE]] as const) {
      brush.strokeStyle = style;
      brush.lineWidth = width;
      brush.beginPath();
      brush.arc(middle, middle, side * 0.36, 0, 2 * Math.PI);
      for (const turn of [1, -1]) {
        brush.moveTo(middle - side * 0.17, middle - turn * side * 0.17);
        brush.lineTo(middle + side * 0.17, middle + turn * side * 0.17);
      }
      brush.stroke();
    }
  });
}

function paint(width: number, height: number, draw: (brush: CanvasRenderingContext2D, width: number, height: number) => void): Picture {
  const canvas = document.createElement('canvas');
  canvas.width = Math.ceil(width);
  canvas.height = Math.ceil(height);
  const brush = canvas.getContext('2d', { willReadFrequently: true });
  if (!brush) throw new Error('this browser draws no pictures');
  draw(brush, canvas.width, canvas.height);
  return { width: canvas.width, height: canvas.height, data: brush.getImageData(0, 0, canvas.width, canvas.height).data };
}
