// Mutation tests of the core: `npm run mutate`, or a folder alone with `-- --mutate 'packages/core/src/payment/*.ts'`.
// What was found is kept in reports/mutation, so that the next run tries only what has changed since.
export default {
  testRunner: 'vitest',
  vitest: { configFile: 'stryker.vitest.config.ts', related: false },
  mutate: [
    'packages/core/src/**/*.ts',
    // Lists of exports, and the two files that only wire.
    '!packages/core/src/**/index.ts',
    '!packages/core/src/inversify.ts',
    '!packages/core/src/system.ts',
    // Tests themselves, judged by stores and providers with a fault each: packages/core/test/*-mutants.test.ts.
    '!packages/core/src/contracts/**',
    // Stand-ins, held to their ports by those contracts.
    '!packages/core/src/memory/**',
  ],
  ignorePatterns: ['**/dist', '**/reports', '**/coverage', 'docs', '.turbo'],
  coverageAnalysis: 'perTest',
  concurrency: 2,
  timeoutMS: 5_000,
  incremental: true,
  incrementalFile: 'reports/mutation/incremental.json',
  reporters: ['clear-text', 'progress', 'html', 'json'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  htmlReporter: { fileName: 'reports/mutation/index.html' },
  jsonReporter: { fileName: 'reports/mutation/mutation.json' },
  tempDirName: '.stryker-tmp',
  thresholds: { high: 95, low: 90, break: 90 },
}
