import { useState } from 'react';

/**
 * What somebody has typed and not yet sent, by the name of its form. It stays through what fails, a reload and signing in again, as long as the tab
 * is open, until it is sent.
 */
export const useDraft = <T extends Readonly<Record<string, string>>>(
  name: string,
): readonly [Partial<T>, (changes: Partial<T>) => void, () => void] => {
  const keptAs = `ascent.draft.${name}`;
  const [draft, setDraft] = useState<Partial<T>>(() => JSON.parse(sessionStorage.getItem(keptAs) ?? '{}') as Partial<T>);
  const change = (changes: Partial<T>): void => {
    const next = { ...draft, ...changes };
    sessionStorage.setItem(keptAs, JSON.stringify(next));
    setDraft(next);
  };
  const clear = (): void => {
    sessionStorage.removeItem(keptAs);
    setDraft({});
  };
  return [draft, change, clear];
};
