// Mutation tests of the core: `npm run mutate`. About a second for each mutant on two cores, so not part of every run.
export default {
  testRunner: 'vitest',
  vitest: { configFile: 'stryker.vitest.config.ts' },
  mutate: [
    'packages/core/src/**/*.ts',
    '!packages/core/src/**/index.ts',
    '!packages/core/src/inversify.ts',
    '!packages/core/src/system.ts',
  ],
  ignorePatterns: ['**/dist', '**/reports', '**/coverage', 'docs', '.turbo'],
  coverageAnalysis: 'perTest',
  concurrency: 2,
  timeoutMS: 20_000,
  reporters: ['clear-text', 'progress', 'html'],
  htmlReporter: { fileName: 'reports/mutation/index.html' },
  tempDirName: '.stryker-tmp',
  thresholds: { high: 90, low: 80, break: null },
}
