import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Each file has its own process: local servers, environment and clock never leak between files.
    pool: 'forks',
    globalSetup: 'test/support/temporary.ts',
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
