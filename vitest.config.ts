import { defineConfig } from 'vitest/config';

const SLOW = 'test/**/*.slow.test.ts';

export default defineConfig({
  test: {
    // Each file has its own process: local servers, environment and clock never leak between files.
    pool: 'forks',
    globalSetup: 'test/support/temporary.ts',
    testTimeout: 30_000,
    hookTimeout: 60_000,
    projects: [
      // One process a core; by default one core would stand idle.
      { extends: true, test: { name: 'quick', maxWorkers: '100%', include: ['test/**/*.test.ts'], exclude: [SLOW] } },
      // Thousands of requests, faults and kills: `npm run slow`, and in every run of .ci/run.
      { extends: true, test: { name: 'slow', include: [SLOW] } },
    ],
  },
});
