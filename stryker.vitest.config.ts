import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    root: 'packages/core',
    include: ['test/**/*.test.ts'],
    setupFiles: ['../../stryker.setup.ts'],
    testTimeout: 20_000,
  },
})
