/** One map on a page: land, notices, conflicts, and what is measured or drawn; told what to show, tells what is pressed. */

import type { Feature, FeatureCollection, Geometry } from 'geojson';
import type { GeoJSONSource, Map as MapLibre, MapMouseEvent } from 'maplibre-gl';

import type { MapConflict } from '../generated/types';
import { maplibre } from './engine';
import { lineThrough, quickRing } from './geodesy';
import { drawConflict, drawHatch, drawSymbol, FINE, loadSymbols, symbolName } from './images';
import { loadBase } from './land';
import { coloursOf, layersFrom, SOURCES, styleOf, type SourceName } from './layers';
import { placeOf, standing, whereAt, windowsOf, type Area, type Standing, type Windows } from './notices';
import { beside, type Point } from './shape';

export interface Dress {
  readonly isDark: boolean;
  readonly isGlobe: boolean;
  readonly isExercise: boolean;
}

export interface View {
  readonly centre: Point;
  readonly zoom: number;
}

interface Wishes {
  readonly container: HTMLElement;
  readonly name: string;
  readonly dress: Dress;
  readonly view: View;
  readonly onpress: (place: Point, numbers: readonly string[]) => void;
}

const SEEN: Readonly<Record<Standing, number>> = { 'in-force': 1, within: 0.4, outside: 0 };
const PICKED = ['symbols', 'dots', 'moving', 'hatch-ours', 'hatch-theirs', 'outline-ours', 'outline-theirs'];
const PICK_PX = 6;
const DOT_PX = 10;
const SYMBOL_PX = 34;
/** Symbols follow when the hand rests: what is in force shows at once, by area and dot. */
const REST_MS = 120;

export class Chart {
  readonly map: MapLibre;
  #dress: Dress;
  #areas: readonly Area[] = [];
  /** Of each area in turn. */
  #seen = new Float32Array();
  #windows: Windows = windowsOf([]);
  #chosen: readonly number[] = [];
  #instantMs = 0;
  #eitherSideMs = 0;
  #indices = new Map<number, number>();
  #thinnedFor = 0;
  #rest: ReturnType<typeof setTimeout> | undefined;
  #data = new Map<SourceName, FeatureCollection>();

  constructor({ container, name, dress, view, onpress }: Wishes) {
    this.#dress = dress;
    this.map = new maplibre.Map({
      container,
      style: styleOf(coloursOf(dress.isDark), dress.isGlobe),
      center: [...view.centre],
      zoom: view.zoom,
      maxZoom: 15,
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      fadeDuration: 0,
      locale: { 'Map.Title': name },
    });
    this.map.touchZoomRotate.disableRotation();
    this.map.keyboard.disableRotation();
    this.map.on('click', (event: MapMouseEvent) => onpress(event.lngLat.toArray(), this.#numbersAt(event.point)));
  }

  /** Once the style is there: pictures and land. */
  async begin(): Promise<void> {
    await this.map.once('load');
    this.#hideEmpty();
    const [base] = await Promise.all([loadBase(), this.#addPictures()]);
    this.#put('base', base);
    this.map.on('zoomend', () => this.#thinAnew());
  }

  end(): void {
    clearTimeout(this.#rest);
    this.map.remove();
  }

  /** Day, night, globe: everything that is shown stays. */
  async dress(dress: Dress): Promise<void> {
    if (JSON.stringify(dress) === JSON.stringify(this.#dress)) return;
    this.#dress = dress;
    this.map.setStyle(styleOf(coloursOf(dress.isDark), dress.isGlobe), { diff: false });
    await this.map.once('style.load');
    this.#hideEmpty();
    await this.#addPictures();
    for (const [name, data] of this.#data) this.#source(name)?.setData(data);
    this.#seen.fill(0);
    this.#showStanding();
    this.choose(this.#chosen);
  }

  setAreas(areas: readonly Area[]): void {
    this.#areas = areas;
    this.#seen = new Float32Array(areas.length);
    this.#windows = windowsOf(areas);
    this.#indices = new Map(areas.map((area, index) => [area.id, index]));
    this.map.removeFeatureState({ source: 'areas' });
    this.map.removeFeatureState({ source: 'dots' });
    this.#put('areas', together(areas.flatMap(outlineOf)));
    this.#put('dots', together(areas.map((area) => feature(area.id, { ours: area.notice.ours, number: area.notice.number }, pointAt(area.label)))));
    this.#showStanding();
  }

  /** Show what is in force at an instant, and what is within so much time on either side of it. */
  setInstant(instantMs: number, eitherSideMs: number): void {
    this.#instantMs = instantMs;
    this.#eitherSideMs = eitherSideMs;
    this.#showStanding();
  }

  setConflicts(conflicts: readonly MapConflict[]): void {
    this.#put('conflicts', together(conflicts.flatMap((conflict, index) => conflictOn(conflict, index))));
  }

  setBorders(borders: FeatureCollection | null): void {
    this.#put('borders', borders ?? together([]));
  }

  /** The way that is measured: its ends, and the geodesic between them. */
  setWay(ends: readonly Point[]): void {
    const line = ends.length > 1 ? [feature(0, {}, { type: 'LineString', coordinates: lineThrough(ends).map(written) })] : [];
    this.#put('way', together([...line, ...ends.map((end, index) => feature(index + 1, {}, pointAt(end)))]));
  }

  setDraft(geometries: readonly Geometry[]): void {
    this.#put('draft', together(geometries.map((geometry, index) => feature(index, {}, geometry))));
  }

  choose(ids: readonly number[]): void {
    for (const id of this.#chosen) this.map.setFeatureState({ source: 'areas', id }, { chosen: false });
    for (const id of ids) this.map.setFeatureState({ source: 'areas', id }, { chosen: true });
    this.#chosen = ids;
  }

  /** Bring places into sight. */
  look(places: readonly Point[]): void {
    const [first, ...rest] = places;
    if (!first) return;
    const bounds = new maplibre.LngLatBounds([...first], [...first]);
    let last = first;
    for (const place of rest) bounds.extend([...(last = beside(place, last))]);
    this.map.fitBounds(bounds, { padding: 48, maxZoom: 7, duration: 0 });
  }

  #showStanding(): void {
    const moving: Feature[] = [];
    for (const [index, area] of this.#areas.entries()) {
      const seen = SEEN[standing(this.#windows, index, this.#instantMs, this.#eitherSideMs)];
      if (seen === 1 && area.fixes.length > 0) moving.push(...movingAt(area, this.#instantMs));
      if (this.#seen[index] === seen) continue;
      this.#seen[index] = seen;
      this.map.setFeatureState({ source: 'areas', id: area.id }, { seen });
      this.map.setFeatureState({ source: 'dots', id: area.id }, { seen: area.fixes.length > 0 && seen === 1 ? 0 : seen });
    }
    this.#put('moving', together(moving));
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => this.#showSymbols(), REST_MS);
  }

  /** A symbol for each place on the map: where several would lie on one another the first in rank; all have dots. */
  #showSymbols(): void {
    this.#thinnedFor = this.#level();
    const cells = new Map<string, { area: Area; seen: number; rank: number; place: Point }>();
    for (const [index, area] of this.#areas.entries()) {
      const seen = this.#seen[index] ?? 0;
      if (seen === 0) continue;
      const place = whereAt(area, this.#instantMs) ?? area.label;
      const rank = seen + area.notice.conflicts;
      const cell = cellOf(place, this.#thinnedFor);
      if (rank > (cells.get(cell)?.rank ?? 0)) cells.set(cell, { area, seen, rank, place });
    }
    const shown = [...cells.values()].map(({ area, seen, place }) => {
      const { notice } = area;
      const isInForce = seen === 1;
      const symbol = symbolName(notice.form, notice.ours, isInForce, this.#dress.isExercise);
      return feature(area.id, { symbol, seen: isInForce ? 1 : 0.6, number: notice.number }, pointAt(place));
    });
    this.#put('symbols', together(shown));
  }

  #thinAnew(): void {
    if (this.#level() !== this.#thinnedFor) this.#showSymbols();
  }

  #level(): number {
    return Math.floor(2 * this.map.getZoom()) / 2;
  }

  /** Only what is shown can be pressed. */
  #numbersAt({ x, y }: { x: number; y: number }): string[] {
    const box: [[number, number], [number, number]] = [[x - PICK_PX, y - PICK_PX], [x + PICK_PX, y + PICK_PX]];
    const found = this.map.queryRenderedFeatures(box, { layers: PICKED });
    const shown = found.filter((each) => typeof each.id === 'number' && (this.#seen[this.#indices.get(each.id) ?? -1] ?? 0) > 0);
    return [...new Set(shown.map((each) => String(each.properties['number'])))];
  }

  async #addPictures(): Promise<void> {
    const colours = coloursOf(this.#dress.isDark);
    this.#addPicture('hatch-ours', drawHatch(true, colours.ours));
    this.#addPicture('hatch-theirs', drawHatch(false, colours.theirs));
    this.#addPicture('conflict', drawConflict(colours.conflict, colours.ground));
    const symbols = Object.entries(await loadSymbols()).filter(([name]) => name.endsWith(this.#dress.isExercise ? '-exercise' : '-line'));
    await Promise.all(symbols.map(async ([name, svg]) => this.#addPicture(name, await drawSymbol(svg))));
  }

  #addPicture(name: string, picture: Parameters<MapLibre['addImage']>[1]): void {
    if (this.map.hasImage(name)) this.map.removeImage(name);
    this.map.addImage(name, picture, { pixelRatio: FINE });
  }

  #put(name: SourceName, data: FeatureCollection): void {
    const [was, is] = [this.#isFilled(name), data.features.length > 0];
    this.#data.set(name, data);
    if (!was && !is) return;
    if (was !== is) this.#show(name, is);
    this.#source(name)?.setData(data);
  }

  #isFilled(name: SourceName): boolean {
    return (this.#data.get(name)?.features.length ?? 0) > 0;
  }

  #hideEmpty(): void {
    for (const name of SOURCES) if (!this.#isFilled(name)) this.#show(name, false);
  }

  #show(name: SourceName, isShown: boolean): void {
    for (const layer of layersFrom(name)) this.map.setLayoutProperty(layer, 'visibility', isShown ? 'visible' : 'none');
  }

  #source(name: SourceName): GeoJSONSource | undefined {
    return this.map.getSource<GeoJSONSource>(name);
  }
}

/** The square of the map, at a scale, in which a place lies: the size of a symbol. */
function cellOf([longitude, latitude]: Point, level: number): string {
  const cells = (512 * 2 ** level) / SYMBOL_PX;
  const sine = Math.sin((Math.max(-85, Math.min(85, latitude)) * Math.PI) / 180);
  const [x, y] = [(longitude + 180) / 360, 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)];
  return `${Math.floor(x * cells)} ${Math.floor(y * cells)}`;
}

function outlineOf(area: Area): Feature[] {
  if (area.polygons.length === 0) return [];
  const coordinates = area.polygons.map((part) => part.map((ring) => [...ring, ...ring.slice(0, 1)].map(written)));
  return [feature(area.id, { ours: area.notice.ours, number: area.notice.number, from: nearEnough(area) }, { type: 'MultiPolygon', coordinates })];
}

/** The zoom from which on an area is wider than a dot. */
function nearEnough({ polygons }: Area): number {
  const ring = polygons.flatMap(([shell = []]) => shell);
  const latitudes = ring.map(([, latitude]) => latitude);
  const longitudes = ring.map(([longitude]) => longitude);
  const wide = Math.max(Math.max(...latitudes) - Math.min(...latitudes), Math.max(...longitudes) - Math.min(...longitudes));
  return Math.max(0, Math.min(12, Math.floor(Math.log2((DOT_PX * 360) / (512 * Math.max(wide, 1e-6))))));
}

/** Where a track is now, and its buffer round it. */
function movingAt(area: Area, instantMs: number): Feature[] {
  const place = whereAt(area, instantMs);
  if (!place) return [];
  const ring = quickRing(place, area.volume.reach_m ?? 0).map(written);
  return [feature(area.id, { ours: area.notice.ours, number: area.notice.number }, { type: 'Polygon', coordinates: [ring] })];
}

function conflictOn({ place, other, ours, theirs }: MapConflict, index: number): Feature[] {
  const from = placeOf(place);
  const to = beside(placeOf(other), from);
  const between: Geometry = { type: 'LineString', coordinates: [written(from), written(to)] };
  return [feature(index, { ours, theirs }, between), feature(index, { ours, theirs }, pointAt([(from[0] + to[0]) / 2, (from[1] + to[1]) / 2]))];
}

function pointAt(place: Point): Geometry {
  return { type: 'Point', coordinates: written(place) };
}

function written(place: Point): [number, number] {
  return [place[0], place[1]];
}

function feature(id: number, properties: Record<string, unknown>, geometry: Geometry): Feature {
  return { type: 'Feature', id, properties, geometry };
}

function together(features: Feature[]): FeatureCollection {
  return { type: 'FeatureCollection', features };
}
