/**
 * Draws the symbols of the map once, when the console is built: APP-6, by form of notice and side, with milsymbol.
 *
 * The frame says whose notice it is and judges nobody: a rectangle ours, a square theirs (the frame of neutrals). A frame
 * of dashes is not in force yet. The icon is the form's, never what somebody has or means to do.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import milsymbol from 'milsymbol';

const BUILT = join(import.meta.dirname, '../node_modules/.map');
const SIZE_PX = 22;

/** By the number of the form: symbol set, entity, and a word where APP-6 has no icon. */
const FORMS: Readonly<Record<number, readonly [set: string, entity: string, word?: string]>> = {
  1: ['10', '121000'], // notification of military activity: combined arms
  2: ['01', '110100'], // flight safety: fixed wing
  3: ['40', '110600'], // hazard to navigation: explosion
  4: ['02', '110000'], // missile launch: missile
  5: ['20', '111900'], // humanitarian static site: tents
  6: ['11', '110000'], // humanitarian movement: civilian
  7: ['30', '140100'], // sea movement: merchant ship
  8: ['40', '130000', 'ZONE'], // temporary zone: operation
  9: ['40', '110000', '?'], // unusual activity: incident
};
const SIDES = { ours: '3', theirs: '4' } as const;
const STATUS = { present: '0', planned: '1' } as const;
const CONTEXT = { line: '0', exercise: '1' } as const;
/** No green: nothing here says that all is well. */
const COLOURS = { Civilian: '#e9b8f2', Friend: '#9bd3f7', Hostile: '#ffffff', Neutral: '#ffd38a', Suspect: '#ffffff', Unknown: '#ffffff' };

milsymbol.setStandard('APP6');
const drawn: Record<string, string> = {};
for (const [form, [set, entity, word]] of Object.entries(FORMS)) {
  for (const [side, identity] of Object.entries(SIDES)) {
    for (const [when, status] of Object.entries(STATUS)) {
      for (const [context, digit] of Object.entries(CONTEXT)) {
        const sidc = `10${digit}${identity}${set}${status}000${entity}0000`;
        drawn[`${form}-${side}-${when}-${context}`] = draw(sidc, word);
      }
    }
  }
}
mkdirSync(BUILT, { recursive: true });
writeFileSync(join(BUILT, 'symbols.json'), JSON.stringify(drawn));

function draw(sidc: string, word: string | undefined): string {
  const symbol = new milsymbol.Symbol(sidc, {
    size: SIZE_PX,
    // A copy: milsymbol writes into it.
    colorMode: { ...COLOURS },
    outlineWidth: 4,
    outlineColor: '#ffffff',
    // An incident or an operation of no stated kind is not civilian: it has its side's colour.
    ...(word ? { specialHeadquarters: word, civilianColor: false } : {}),
  });
  if (!symbol.isValid()) throw new Error(`milsymbol does not know ${sidc}`);
  return symbol.asSVG();
}
