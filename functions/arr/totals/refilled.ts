import type { Counted } from './generation-store.ts';

/** `<version, 8 digits>~`, or `<version>#<number>`: see records/store.ts. */
const VERSION_DIGITS = 8;
const versionOf = (place: string): string => place.slice(0, VERSION_DIGITS);

/** The places of a customer's newest recording. A query may see some items of a transaction and not yet the others, so all of them are kept. */
export const newestPlaces = (places: readonly string[]): readonly string[] => {
  const newest = places.reduce((most, place) => (versionOf(place) > most ? versionOf(place) : most), '');
  return places.filter((place) => versionOf(place) === newest).sort();
};

/** Whether the refill of a shard has counted an item of a customer's recordings. */
export const isRefilled = (counted: Counted, customerId: string, place: string): boolean => {
  const places = Object.hasOwn(counted, customerId) ? counted[customerId] : undefined;
  const newest = places?.[0];
  if (places === undefined || newest === undefined) return false;
  return versionOf(place) === versionOf(newest) ? places.includes(place) : versionOf(place) < versionOf(newest);
};
