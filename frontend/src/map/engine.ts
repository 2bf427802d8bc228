/** MapLibre, with its worker named; fetched when a map is first shown, and told that nothing lies elsewhere. */

import * as maplibre from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url';

interface TrustedTypesFactory {
  createPolicy: (name: string, rules: { createScriptURL: (url: string) => string | null }) => unknown;
}

// The page's policy (console.guards.POLICY) lets no text become the address of a script: but this one, exactly.
const factory = (globalThis as { trustedTypes?: TrustedTypesFactory }).trustedTypes;
factory?.createPolicy('default', { createScriptURL: (url) => (url === workerUrl ? url : null) });
maplibre.setWorkerUrl(workerUrl);

export { maplibre };

/** Whether this browser can draw a map at all. */
export function hasWebGl(): boolean {
  try {
    return document.createElement('canvas').getContext('webgl2') !== null;
  } catch {
    return false;
  }
}
