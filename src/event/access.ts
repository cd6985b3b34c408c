/** Somebody, or a vehicle, at a door, a gate or a barrier. Closed set: plate and subject of these actions are projected. */
export const ACCESS_EVENTS = ['entry', 'exit', 'denied', 'visitor'] as const;
export type AccessEventKind = (typeof ACCESS_EVENTS)[number];

/** The type of the resource of all of them; its id is the point. */
export const ACCESS_POINT = 'AccessPoint';

const ACTIONS: ReadonlySet<string> = new Set(ACCESS_EVENTS.map((event) => `access.${event}`));

export function isAccessAction(action: string): boolean {
  return ACTIONS.has(action);
}

/** Letters that have had their capital since before there was Unicode: what else is one depends on its version. */
const SMALL = /[a-z\u00e0-\u00f6\u00f8-\u00fe\u03b1-\u03c9\u0430-\u044f\u0450-\u045f]+/g;
const SPACES_AND_DASHES = /[\s\u00ad\-\u2010-\u2015\u2212]+/g;

/** A plate as it is looked for: capitals, without spaces and dashes. Cameras and people write them differently. */
export function plateKey(plate: string): string {
  return plate.replaceAll(SPACES_AND_DASHES, '').replaceAll(SMALL, (letters) => letters.toUpperCase());
}
