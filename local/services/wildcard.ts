/**
 * EventBridge's wildcard: `*` stands for any number of characters, `\*` and `\\` for themselves, `**` is refused.
 * Matched greedily from the left with one fallback, so the time is bounded by pattern × text, never exponential.
 */
export const compileWildcard = (pattern: string): ((text: string) => boolean) => {
  const parts: string[] = [''];
  let lastWasStar = false;
  for (let at = 0; at < pattern.length; at += 1) {
    const character = pattern.charAt(at);
    if (character === '*') {
      if (lastWasStar) throw new Error('a wildcard does not hold two stars in a row');
      parts.push('');
      lastWasStar = true;
      continue;
    }
    lastWasStar = false;
    let literal = character;
    if (character === '\\') {
      at += 1;
      literal = pattern.charAt(at);
      if (literal !== '*' && literal !== '\\') throw new Error('in a wildcard a backslash stands before a star or a backslash');
    }
    parts[parts.length - 1] += literal;
  }
  const [first = '', ...rest] = parts;
  const last = rest.pop();
  if (last === undefined) return (text) => text === first;
  return (text) => {
    if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false;
    const end = text.length - last.length;
    let from = first.length;
    for (const part of rest) {
      const found = text.indexOf(part, from);
      if (found === -1 || found + part.length > end) return false;
      from = found + part.length;
    }
    return true;
  };
};
