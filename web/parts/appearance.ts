import { applyMode, Mode } from '@cloudscape-design/global-styles';
import { useSyncExternalStore } from 'react';

/** Light, dark, or as the reader's system is. */
export type Appearance = 'system' | 'light' | 'dark';

const KEPT_AS = 'ascent.appearance';
const system = matchMedia('(prefers-color-scheme: dark)');
const listeners = new Set<() => void>();

const chosen = (): Appearance => {
  const kept = localStorage.getItem(KEPT_AS);
  return kept === 'light' || kept === 'dark' ? kept : 'system';
};

const apply = (): void => {
  const appearance = chosen();
  applyMode(appearance === 'dark' || (appearance === 'system' && system.matches) ? Mode.Dark : Mode.Light);
};

/** Before anything is drawn, and whenever the system changes. */
export const startAppearance = (): void => {
  apply();
  system.addEventListener('change', apply);
};

export const chooseAppearance = (appearance: Appearance): void => {
  if (appearance === 'system') localStorage.removeItem(KEPT_AS);
  else localStorage.setItem(KEPT_AS, appearance);
  apply();
  for (const listener of listeners) listener();
};

export const useAppearance = (): Appearance =>
  useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, chosen);
