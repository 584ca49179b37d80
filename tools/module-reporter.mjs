import { appendFileSync, mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

// Writes down which test file has started, and which has ended: where a test goes round for ever, its runner has nothing to
// say of it, and is ended from outside. `tools/ci-summary.mjs` names those that have not ended.

const folder = fileURLToPath(new URL('../reports', import.meta.url))

/** What CI has Vitest tell beside its other reports. */
export default class ModuleReporter {
  constructor() {
    mkdirSync(folder, { recursive: true })
  }

  /** @param {import('vitest/node').TestModule} module */
  onTestModuleStart({ moduleId }) {
    note('started', moduleId)
  }

  /** @param {import('vitest/node').TestModule} module */
  onTestModuleEnd({ moduleId }) {
    note('ended', moduleId)
  }
}

/**
 * @param {'started' | 'ended'} what
 * @param {string} moduleId
 */
const note = (what, moduleId) => appendFileSync(`${folder}/test-modules.tsv`, `${what}\t${moduleId}\n`)
