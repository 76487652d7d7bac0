import { digest } from './ids.ts';
import { fail, ok, type Problem, type Result } from './result.ts';

/**
 * An opaque place in a list: base64url of `[version, checksum, position]`. The checksum covers the list that it belongs to
 * (route, filters), so that a cursor which was altered, or is used on another list, is refused instead of misread.
 * It is no secret: the position only ever narrows a query whose partition the server has chosen.
 */
const VERSION = 1;
const MAX_CURSOR_CHARACTERS = 2_048;
const CHECKSUM_CHARACTERS = 12;

const checksum = (list: string, position: string): string => digest(JSON.stringify([VERSION, list, position]), CHECKSUM_CHARACTERS);

export const encodeCursor = (list: string, position: string): string =>
  Buffer.from(JSON.stringify([VERSION, checksum(list, position), position]), 'utf8').toString('base64url');

const parts = (text: string): unknown => {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    // What is no JSON is no cursor of ours: the caller answers so.
    return undefined;
  }
};

/** For a cursor whose position is of no such list, too. */
export const cursorInvalid = fail(
  'cursor-invalid',
  'the cursor is not one that this list gave out: leave it away to start from the first page',
  'cursor',
);

/** The position in the cursor, for this list. */
export const decodeCursor = (list: string, text: string): Result<string, Problem<'cursor-invalid'>> => {
  if (text.length > MAX_CURSOR_CHARACTERS || !/^[\w-]+$/.test(text)) return cursorInvalid;
  const decoded = parts(text);
  if (!Array.isArray(decoded) || decoded.length !== 3) return cursorInvalid;
  const [version, sum, position] = decoded as unknown[];
  // Half a character is no key of the table.
  if (version !== VERSION || typeof position !== 'string' || !position.isWellFormed() || sum !== checksum(list, position))
    return cursorInvalid;
  return ok(position);
};
