import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * @typedef {{ readonly rule: string, readonly from: string, readonly to: string, readonly why: string }} Violation
 * @typedef {{ readonly modules: readonly string[], readonly violations: readonly Violation[] }} Boundaries
 */

const depcruise = fileURLToPath(
  new URL('../node_modules/dependency-cruiser/bin/dependency-cruise.mjs', import.meta.url),
)

/** The folders that hold our code. A folder that is not there yet is left out. */
const places = ['packages', 'examples', 'benchmarks', 'simulation']

/**
 * Follows every import of our code under `root`, by the rules in its `.dependency-cruiser.cjs`.
 *
 * @param {string} root
 * @returns {Boundaries}
 * @throws {Error} when the rules cannot be read or the code cannot be followed.
 */
export function readBoundaries(root) {
  const folders = places.filter((place) => existsSync(path.join(root, place)))
  if (folders.length === 0) return { modules: [], violations: [] }
  const flags = ['--config', '.dependency-cruiser.cjs', '--output-type', 'json']
  const { stdout, stderr, error } = spawnSync(process.execPath, [depcruise, ...flags, ...folders], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  })
  if (error) throw error
  if (!stdout.startsWith('{')) throw new Error(`dependency-cruiser did not run:\n${stdout}${stderr}`)
  const { modules, summary } = JSON.parse(stdout)
  return { modules: modules.map(sourceOf).filter(isOurs), violations: summary.violations.map(readable(summary)) }
}

/**
 * Our packages under `root` that have a `src` folder and no module in it that was followed.
 *
 * @param {string} root
 * @param {Boundaries} boundaries
 */
export const unseenPackages = (root, { modules }) =>
  ['packages', 'examples']
    .filter((place) => existsSync(path.join(root, place)))
    .flatMap((place) => readdirSync(path.join(root, place)).map((name) => `${place}/${name}/src/`))
    .filter((source) => existsSync(path.join(root, source)) && !modules.some((one) => one.startsWith(source)))

/** @param {{ readonly source: string }} module */
const sourceOf = ({ source }) => source

/** @param {string} source */
const isOurs = (source) => places.some((place) => source.startsWith(`${place}/`)) && !source.includes('node_modules/')

/** @param {{ readonly ruleSetUsed: { readonly forbidden: readonly { readonly name: string, readonly comment: string }[] } }} summary */
const readable =
  ({ ruleSetUsed }) =>
  /** @param {{ readonly from: string, readonly to: string, readonly rule: { readonly name: string } }} violation */
  ({ from, to, rule }) => ({
    rule: rule.name,
    from,
    to,
    why: ruleSetUsed.forbidden.find(({ name }) => name === rule.name)?.comment ?? '',
  })
