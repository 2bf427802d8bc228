/** How long a nautical mile is on the map, at its middle. */

const NM_M = 1_852;
const ROUND_NM = [1_000, 500, 200, 100, 50, 20, 10, 5, 2, 1, 0.5, 0.2, 0.1] as const;
const LONGEST_PX = 120;
/** Of the equator on one pixel at zoom 0, where the world is 512 pixels wide. */
const EQUATOR_PX_M = 40_075_016.686 / 512;

export interface Scale {
  readonly px: number;
  readonly text: string;
}

export function formatNauticalScale(zoom: number, latitude: number): Scale {
  const metresInPixel = (EQUATOR_PX_M * Math.cos((latitude * Math.PI) / 180)) / 2 ** zoom;
  const miles = ROUND_NM.find((each) => (each * NM_M) / metresInPixel <= LONGEST_PX) ?? 0.1;
  return { px: Math.round((miles * NM_M) / metresInPixel), text: `${miles}\u202fNM` };
}
