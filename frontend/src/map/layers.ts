/** The layers of the map from the sea upwards, and the colours of each by day and by night. */

import type { ExpressionSpecification, FilterSpecification, LayerSpecification, StyleSpecification } from 'maplibre-gl';

export interface Colours {
  readonly sea: string;
  readonly land: string;
  readonly coast: string;
  readonly net: string;
  readonly border: string;
  readonly ours: string;
  readonly theirs: string;
  readonly conflict: string;
  readonly ink: string;
  readonly ground: string;
}

const DAY: Colours = {
  sea: '#dfe6ea', land: '#f7f2e4', coast: '#7b7461', net: '#c9d2d6', border: '#8d6f8f', ours: '#0f4c8a', theirs: '#8a4b00',
  conflict: '#a8321a', ink: '#1c2128', ground: '#fffdf7',
};
const NIGHT: Colours = {
  sea: '#0b1119', land: '#1b2430', coast: '#69778a', net: '#1a2431', border: '#8f789a', ours: '#8fc3f5', theirs: '#f2b862',
  conflict: '#ff8d6b', ink: '#ebe6da', ground: '#0b1119',
};

/** Sources that are filled as the page goes on. */
export const SOURCES = ['base', 'borders', 'areas', 'dots', 'symbols', 'moving', 'conflicts', 'way', 'draft'] as const;
export type SourceName = (typeof SOURCES)[number];

/** What is in force is drawn whole; what begins or ended within the chosen time, faintly. */
const SEEN: ExpressionSpecification = ['coalesce', ['feature-state', 'seen'], 0];
const OURS: ExpressionSpecification = ['get', 'ours'];
const IS_AREA: FilterSpecification = ['==', ['geometry-type'], 'Polygon'];
const CHOSEN: ExpressionSpecification = ['coalesce', ['feature-state', 'chosen'], false];

export function coloursOf(isDark: boolean): Colours {
  return isDark ? NIGHT : DAY;
}

export function styleOf(colours: Colours, isGlobe: boolean): StyleSpecification {
  return {
    version: 8,
    projection: { type: isGlobe ? 'globe' : 'mercator' },
    sources: Object.fromEntries(SOURCES.map((name) => [name, { type: 'geojson', data: { type: 'FeatureCollection', features: [] } }])),
    layers: layersOf(colours),
  };
}

/** The layers that show a source: while it is empty they are hidden, for each source costs a pass over the whole map. */
export function layersFrom(source: SourceName): string[] {
  return layersOf(DAY).flatMap((layer) => ('source' in layer && layer.source === source ? [layer.id] : []));
}

function layersOf(colours: Colours): LayerSpecification[] {
  const side: ExpressionSpecification = ['case', OURS, colours.ours, colours.theirs];
  return [
    { id: 'sea', type: 'background', paint: { 'background-color': colours.sea } },
    { id: 'land', type: 'fill', source: 'base', filter: IS_AREA, paint: { 'fill-color': colours.land, 'fill-antialias': false } },
    { ...line('net', 'base', colours.net, 0.6), filter: ['==', ['get', 'line'], 'net'] },
    { ...line('coasts', 'base', colours.coast, 0.8), filter: ['==', ['get', 'line'], 'coast'] },
    line('borders', 'borders', colours.border, 1.1, [5, 2, 1, 2]),
    hatch('hatch-ours', true),
    hatch('hatch-theirs', false),
    { ...outline('outline-ours', true), paint: { 'line-color': colours.ours, 'line-width': width(1.6), 'line-opacity': SEEN } },
    {
      ...outline('outline-theirs', false),
      paint: { 'line-color': colours.theirs, 'line-width': width(1.8), 'line-opacity': SEEN, 'line-dasharray': [3, 1.6] },
    },
    { id: 'moving', type: 'fill', source: 'moving', filter: IS_AREA, paint: { 'fill-color': side, 'fill-opacity': 0.28 } },
    line('moving-outline', 'moving', side, 2.2),
    {
      id: 'dots',
      type: 'circle',
      source: 'dots',
      paint: {
        'circle-radius': ['interpolate', ['linear'], ['zoom'], 1, 2.2, 6, 3.6],
        'circle-color': ['case', OURS, colours.ours, colours.ground],
        'circle-stroke-color': side,
        'circle-stroke-width': 1.4,
        'circle-opacity': SEEN,
        'circle-stroke-opacity': SEEN,
      },
    },
    line('conflict-lines', 'conflicts', colours.conflict, 2),
    {
      id: 'symbols',
      type: 'symbol',
      source: 'symbols',
      layout: { 'icon-image': ['get', 'symbol'], 'icon-size': ['interpolate', ['linear'], ['zoom'], 1, 0.65, 6, 1], 'icon-allow-overlap': true, 'icon-ignore-placement': true },
      paint: { 'icon-opacity': ['get', 'seen'] },
    },
    {
      id: 'conflicts',
      type: 'symbol',
      source: 'conflicts',
      filter: ['==', ['geometry-type'], 'Point'],
      layout: { 'icon-image': 'conflict', 'icon-allow-overlap': true, 'icon-ignore-placement': true },
    },
    line('way', 'way', colours.ink, 2.2, [2, 1.2]),
    { id: 'way-ends', type: 'circle', source: 'way', filter: ['==', ['geometry-type'], 'Point'], paint: point(colours) },
    { id: 'draft', type: 'fill', source: 'draft', filter: IS_AREA, paint: { 'fill-color': colours.ours, 'fill-opacity': 0.16 } },
    line('draft-outline', 'draft', colours.ours, 2.4),
  ];
}

type Line = Extract<LayerSpecification, { type: 'line' }>;
type Colour = string | ExpressionSpecification;

function line(id: string, source: SourceName, colour: Colour, wide: number, dashes?: number[]): Line {
  return {
    id,
    type: 'line',
    source,
    layout: { 'line-join': 'round' },
    paint: { 'line-color': colour, 'line-width': wide, ...(dashes ? { 'line-dasharray': dashes } : {}) },
  };
}

function hatch(id: string, isOurs: boolean): LayerSpecification {
  return {
    id,
    type: 'fill',
    source: 'areas',
    filter: areaOf(isOurs),
    paint: { 'fill-pattern': id, 'fill-opacity': ['*', SEEN, 0.55], 'fill-antialias': false },
  };
}

function outline(id: string, isOurs: boolean): Line {
  return { id, type: 'line', source: 'areas', filter: areaOf(isOurs) };
}

/** An area that would be smaller than its dot is not drawn until the map is near enough. */
function areaOf(isOurs: boolean): FilterSpecification {
  return ['all', ['==', OURS, isOurs], ['>=', ['zoom'], ['get', 'from']]];
}

function width(wide: number): ExpressionSpecification {
  return ['case', CHOSEN, 2.6 * wide, wide];
}

function point(colours: Colours): Extract<LayerSpecification, { type: 'circle' }>['paint'] & object {
  return { 'circle-radius': 4.5, 'circle-color': colours.ground, 'circle-stroke-color': colours.ink, 'circle-stroke-width': 2 };
}
