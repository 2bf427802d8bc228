/** The points of what is drawn, as buttons on the map: dragged by mouse or finger, moved by arrows, taken away by Delete. */

import type { Map as MapLibre, Marker } from 'maplibre-gl';

import { maplibre } from './engine';
import type { Point } from './shape';

interface Wishes {
  readonly onmove: (index: number, place: Point) => void;
  readonly onkey: (index: number, event: KeyboardEvent) => void;
}

export class Handles {
  #map: MapLibre;
  #wishes: Wishes;
  #markers: Marker[] = [];

  constructor(map: MapLibre, wishes: Wishes) {
    this.#map = map;
    this.#wishes = wishes;
  }

  /** As many handles as there are points, each with its name; those that are there stay, and with them the focus. */
  show(points: readonly Point[], nameOf: (index: number) => string): void {
    while (this.#markers.length > points.length) this.#markers.pop()?.remove();
    for (const [index, point] of points.entries()) {
      const marker = this.#markers[index] ?? this.#make(index, point);
      marker.setLngLat([...point]);
      marker.getElement().setAttribute('aria-label', nameOf(index));
    }
  }

  #make(index: number, point: Point): Marker {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'handle';
    button.textContent = String(index + 1);
    button.addEventListener('keydown', (event) => {
      event.stopPropagation();
      this.#wishes.onkey(index, event);
    });
    // A press on a handle is no press on the map beneath.
    button.addEventListener('click', (event) => event.stopPropagation());
    const marker = new maplibre.Marker({ element: button, draggable: true }).setLngLat([...point]).addTo(this.#map);
    marker.on('dragend', () => this.#wishes.onmove(index, marker.getLngLat().toArray()));
    this.#markers.push(marker);
    return marker;
  }
}
