type Column = BigInt64Array | Uint32Array | Int32Array | Uint8Array;

/** A longer column that begins with another one; the rest is 0. */
export const grown = <T extends Column>(column: T, length: number): T => {
  const larger = new (column.constructor as new (length: number) => T)(length);
  larger.set(column as never);
  return larger;
};
