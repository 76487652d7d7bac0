import type { Line } from './rating.ts';

/**
 * The item of the state before that an item goes on with: the one of its id and product, or, where it has none and its source made it anew,
 * one of its product that is gone. Of several, those of the same quantity belong together, then the others in their order.
 */
export const continuedBy = (item: Line, before: readonly Line[], after: readonly Line[]): Line | undefined => {
  const same = itemLike(item, before);
  if (same !== undefined) return same;
  const made = after.filter((line) => line.productId === item.productId && itemLike(line, before) === undefined);
  const gone = before.filter((line) => line.productId === item.productId && itemLike(line, after) === undefined);
  const left = [...gone];
  const taken = made.map(({ quantity }) => {
    const at = left.findIndex((line) => line.quantity === quantity);
    return at < 0 ? undefined : left.splice(at, 1)[0];
  });
  for (const [i, line] of made.entries()) {
    const replaced = taken[i] ?? left.shift();
    if (line === item) return replaced;
  }
  return undefined;
};

const itemLike = ({ lineId, productId }: Line, items: readonly Line[]): Line | undefined => {
  for (const item of items) if (item.lineId === lineId && item.productId === productId) return item;
  return undefined;
};
