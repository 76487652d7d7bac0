import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** Debian's Chromium; another one by `CHROMIUM`. */
const EXECUTABLE = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

/** Without a screen, without sandbox (it may run as root), and without anything that a browser does by itself. */
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A browser with an empty profile. */
export const launchChromium = (): Promise<Browser> => {
  if (!existsSync(EXECUTABLE))
    throw new Error(`there is no Chromium at ${EXECUTABLE}: apt-get install chromium, or say by CHROMIUM where one is`);
  return chromium.launch({ executablePath: EXECUTABLE, args: FLAGS });
};
