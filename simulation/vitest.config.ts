import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // A story that does not converge is ended by its own clock, which stands still while the machine is busy. The clock
    // on the wall only ends what hangs.
    testTimeout: 240_000,
    hookTimeout: 60_000,
    globalSetup: ['@holdfast/pg-test/global-setup'],
  },
})
