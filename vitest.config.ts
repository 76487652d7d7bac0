import { defineConfig } from 'vitest/config';

const SLOW = 'test/**/*.slow.test.ts';

export default defineConfig({
  test: {
    // Each file has its own process: local servers, environment and clock never leak between files.
    pool: 'forks',
    globalSetup: 'test/support/temporary.ts',
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // One process a core; by default one core would stand idle.
    maxWorkers: '100%',
    projects: [
      { extends: true, test: { name: 'quick', include: ['test/**/*.test.ts'], exclude: [SLOW] } },
      // Thousands of requests, faults and kills: `npm run slow`, and in every run of .ci/run.
      { extends: true, test: { name: 'slow', include: [SLOW] } },
    ],
  },
});
