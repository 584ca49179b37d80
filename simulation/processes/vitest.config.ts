import { defineConfig } from 'vitest/config'

// Not part of `npm test`: `npm run processes`.
export default defineConfig({
  test: {
    include: ['processes/scenarios/*.test.ts', 'processes/long/*.test.ts'],
    root: new URL('..', import.meta.url).pathname,
    hookTimeout: 60_000,
    globalSetup: ['@holdfast/pg-test/global-setup'],
  },
})
