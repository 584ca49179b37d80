import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

// What kills a mutant is a test with a name: random stories are slow, and hit or miss. Stores and stand-ins in memory are
// not mutated, so their own tests are left out as well; so is a suite that lives through years.
export default defineConfig({
  test: {
    root: 'packages/core',
    include: ['test/**/*.test.ts'],
    exclude: [
      'test/**/*.property.test.ts',
      'test/**/*-mutants.test.ts',
      'test/memory-*.test.ts',
      'test/rules.*.test.ts',
      'test/unheard.test.ts',
    ],
    isolate: false,
    // A mutant may let a test wait for ever on a clock that nobody moves. The slowest test takes less than half a second.
    testTimeout: 5_000,
    // Stories last: the first test that fails ends the run of a mutant.
    sequence: {
      sequencer: class extends BaseSequencer {
        override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
          const stories = /(stays|lost-money-elsewhere|inversify)\.test\.ts$/
          return files.toSorted((a, b) => Number(stories.test(a.moduleId)) - Number(stories.test(b.moduleId)))
        }
      },
    },
  },
})
