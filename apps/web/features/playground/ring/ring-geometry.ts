import { NODE_IDS } from '@fleetlm/raft/playground';

export interface Point {
  readonly x: number;
  readonly y: number;
}

export const RING_WIDTH = 560;
export const RING_HEIGHT = 512;
export const NODE_RADIUS = 46;
export const CLIENT_RADIUS = 27;
const CENTRE: Point = { x: 280, y: 276 };
const RING_RADIUS = 202;
/** Messages keep to the right, so that those in opposite directions do not cover each other. */
const LANE = 7;

/** Where a node stands, n1 at the top and on clockwise; the client (0) is in the middle. */
export function placeOf(id: number): Point {
  if (id === 0) return CENTRE;
  const angle = ((id - 1) / NODE_IDS.length) * 2 * Math.PI - Math.PI / 2;
  return {
    x: CENTRE.x + RING_RADIUS * Math.cos(angle),
    y: CENTRE.y + RING_RADIUS * Math.sin(angle),
  };
}

const radiusOf = (id: number): number => (id === 0 ? CLIENT_RADIUS : NODE_RADIUS);

/** A point of the way between two circles' edges; `part` is 0 at the sender's and 1 at the receiver's. */
export function onTheWay(from: number, to: number, part: number): Point {
  const a = placeOf(from);
  const b = placeOf(to);
  const length = Math.hypot(b.x - a.x, b.y - a.y);
  const towards = { x: (b.x - a.x) / length, y: (b.y - a.y) / length };
  const start = radiusOf(from);
  const along = start + (length - start - radiusOf(to)) * part;
  return {
    x: a.x + towards.x * along - towards.y * LANE,
    y: a.y + towards.y * along + towards.x * LANE,
  };
}

/** SVG path of the part (0 to 1) of a circle around a point, clockwise from the top. */
export function arcPath(centre: Point, radius: number, part: number): string {
  const bounded = Math.min(Math.max(part, 0), 0.9999);
  const angle = bounded * 2 * Math.PI;
  const end = { x: centre.x + radius * Math.sin(angle), y: centre.y - radius * Math.cos(angle) };
  const isLong = bounded > 0.5 ? 1 : 0;
  return `M ${centre.x} ${centre.y - radius} A ${radius} ${radius} 0 ${isLong} 1 ${end.x} ${end.y}`;
}
