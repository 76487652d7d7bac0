import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Where `npm start` listens; `npx vite web` shows changes of the pages at once, with that stack's figures. */
const LOCAL_STACK = 'http://localhost:8080';

export default defineConfig({
  plugins: [react()],
  build: {
    target: 'es2024',
    assetsDir: 'assets',
    // Files below this size would stand in the scripts as text, which the content policy need not allow.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    manifest: true,
  },
  server: { proxy: { '/api': LOCAL_STACK, '/health': LOCAL_STACK, '/config.json': LOCAL_STACK, '/local': LOCAL_STACK } },
});
