/** The empty list that every list which is made by `extended` may begin with. */
export const EMPTY: never[] = [];

/**
 * Adds an item to a list that is being made, and answers the list. Most lists of a decision end with one to three items: one that is as long
 * as its items takes a third of the memory of one that was pushed to, which keeps room for sixteen more.
 */
export const extended = <T>(items: T[], item: T): T[] => {
  switch (items.length) {
    case 0:
      return [item];
    case 1:
      return [items[0] as T, item];
    case 2:
      return [items[0] as T, items[1] as T, item];
    default:
      items.push(item);
      return items;
  }
};
