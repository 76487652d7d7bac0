import { join } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/** Where `npm start` listens; `npx vite web` shows changes of the pages at once, with that stack's figures. */
const LOCAL_STACK = 'http://localhost:8080';

/** Cloudscape's styles bring eight fonts as text, 140 KB of a first load: the system's own are as legible. */
const systemFonts: Plugin = {
  name: 'system-fonts',
  enforce: 'pre',
  transform: (code, id) => (/global-styles[\\/]index\.css/.test(id) ? code.replaceAll(/@font-face\s*\{[^}]*\}/g, '') : undefined),
};

/** Colours of bands that these pages do not have: of notices across the page, and of a header in contrast. */
const UNUSED_BANDS = /[^{}]*awsui-context-(?:flashbar|content-header)[^{}]*\{[^{}]*\}/g;
const usedColours: Plugin = {
  name: 'used-colours',
  enforce: 'pre',
  transform: (code, id) => (id.endsWith('.css') ? code.replaceAll(UNUSED_BANDS, '') : undefined),
};

const own = (name: string): string => join(import.meta.dirname, name);

export default defineConfig({
  plugins: [systemFonts, usedColours, react()],
  resolve: {
    alias: [
      { find: 'intl-messageformat', replacement: own('no-message-formats.ts') },
      { find: /^.*\/internal\/components\/sortable-area$/, replacement: own('no-sorting-by-hand.ts') },
    ],
  },
  build: {
    target: 'es2024',
    // Whatever is loaded is a file: the content policy allows no data but pictures.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { '/api': LOCAL_STACK, '/health': LOCAL_STACK, '/config.json': LOCAL_STACK, '/local': LOCAL_STACK } },
});
