const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345';
const CHUNK = 5;

/**
 * The 18-character id of a record, which stays the same where a system does not tell capital letters from small ones; from the one of 15,
 * three characters are added that each say which of five letters are capital. One of 18 is taken as it is. `undefined` for anything else.
 */
export const recordId = (text: string): string | undefined => {
  if (!/^[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?$/.test(text)) return undefined;
  if (text.length === 18) return text;
  let full = text;
  for (let from = 0; from < text.length; from += CHUNK) {
    let capitals = 0;
    for (let at = 0; at < CHUNK; at += 1) if (/[A-Z]/.test(text[from + at] ?? '')) capitals += 1 << at;
    full += ALPHABET[capitals];
  }
  return full;
};
