/** How the map was left: who comes back to the page finds it so, as long as the tab lives. */

import type { View } from '../../map/chart';

export const left: { view: View; wasMoved: boolean } = { view: { centre: [20, 35], zoom: 1.4 }, wasMoved: false };
