import { existsSync, readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { listFolders } from './workspaces.mjs'

// Prints what each check took, what each project's tests said and which of them failed with what words, and closes with
// one line for machines and people: `N passed, N failed`. A check counts as one; `npm test` counts as its tests.

const [, , stepsFile = '', exitStatus = '0'] = process.argv

const steps = (existsSync(stepsFile) ? readFileSync(stepsFile, 'utf8') : '')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => {
    const [name = '', status = '1', seconds = '0'] = line.split('\t')
    return { name, failed: status !== '0', seconds: Number(seconds) }
  })

const testsStep = steps.find(({ name }) => name === 'npm test')

/** Every folder whose tests `npm test` runs. */
const projects = [
  ...listFolders(['packages/*', 'examples/*', 'simulation', 'benchmarks']).filter(hasTests),
  'tools/checks',
]

/** @param {string} folder */
function hasTests(folder) {
  const file = `${folder}/package.json`
  return existsSync(file) && 'test' in (JSON.parse(readFileSync(file, 'utf8')).scripts ?? {})
}

/**
 * What one project's tests said. A file that could not be read has no tests to count, and is one failure by itself.
 *
 * @param {string} project
 */
const resultsOf = (project) => {
  const file = `${project}/reports/vitest.json`
  if (!existsSync(file)) return { project, passed: 0, failed: 1, skipped: 0, note: 'did not run', failures: [] }
  const report = JSON.parse(readFileSync(file, 'utf8'))
  const brokenFiles = report.testResults.filter(
    (/** @type {{ status: string, assertionResults: { status: string }[] }} */ result) =>
      result.status === 'failed' && !result.assertionResults.some(({ status }) => status === 'failed'),
  ).length
  const counted = report.numFailedTests + brokenFiles
  const failed = counted === 0 && !report.success ? 1 : counted
  return {
    project,
    passed: report.numPassedTests,
    failed,
    skipped: report.numPendingTests + report.numTodoTests,
    note: '',
    failures: report.testResults.flatMap(failuresOf),
  }
}

/**
 * What a file's tests complained of, a line each.
 *
 * @param {{ name: string, status: string, message: string,
 *   assertionResults: { status: string, fullName: string, failureMessages: string[] }[] }} file
 */
function failuresOf({ name, status, message, assertionResults }) {
  const path = relative(process.cwd(), name)
  const failed = assertionResults.filter((one) => one.status === 'failed')
  if (status === 'failed' && failed.length === 0) return [`${path}: ${startOf(message)}`]
  return failed.map(({ fullName, failureMessages }) => `${path}: ${fullName}: ${startOf(failureMessages.join(' '))}`)
}

/** @param {string} text */
function startOf(text) {
  return stripVTControlCharacters(text).replace(/\s+/g, ' ').trim().slice(0, 400)
}

const results = testsStep === undefined ? [] : projects.map(resultsOf)
const sum = (/** @type {'passed' | 'failed' | 'skipped'} */ what) =>
  results.reduce((total, one) => total + one[what], 0)

/** Test files that started, and of which nothing was heard since. */
const unfinished = () => {
  const file = 'reports/test-modules.tsv'
  const lines = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : []
  const open = /** @type {Set<string>} */ (new Set())
  for (const [what, path = ''] of lines.map((line) => line.split('\t')))
    if (what === 'started') open.add(path)
    else open.delete(path)
  return [...open].map((path) => relative(process.cwd(), path))
}

const checks = steps.filter((step) => step !== testsStep)
const passed = sum('passed') + checks.filter((step) => !step.failed).length
const skipped = sum('skipped')
const known = sum('failed') + checks.filter((step) => step.failed).length
// Tests that all passed in a run that failed: something outside the tests broke, and it counts.
const unaccounted = (testsStep?.failed === true && sum('failed') === 0) || (exitStatus !== '0' && known === 0) ? 1 : 0
const failed = known + unaccounted

console.log('\n==> summary')
for (const { name, failed: hasFailed, seconds } of steps)
  console.log(`${hasFailed ? 'FAILED' : 'ok    '} ${String(seconds).padStart(5)} s  ${name}`)
for (const { project, passed: ok, failed: bad, skipped: left, note } of results)
  console.log(
    `${bad > 0 ? 'FAILED' : 'ok    '}          tests of ${project}: ${ok} passed, ${bad} failed, ${left} skipped ${note}`.trimEnd(),
  )
for (const failure of results.flatMap(({ failures }) => failures)) console.log(`failed: ${failure}`)
for (const path of unfinished()) console.log(`did not end: ${path}`)
console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
process.exitCode = failed > 0 ? 1 : 0
