import { renameSync, writeFileSync } from 'node:fs';

/** Writes a small file of the data folder as a whole: a kill in the middle leaves the file as it was, never half of it. */
export const writeWhole = (file: string, text: string, mode = 0o644): void => {
  writeFileSync(`${file}.new`, text, { mode });
  renameSync(`${file}.new`, file);
};
