import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { listFolders } from './workspaces.mjs'

// Looks at each package as npm would publish it: publint reads its manifest against its files, are-the-types-wrong
// resolves every entry as TypeScript does. The packages are ESM only.

/**
 * @param {string} folder
 * @param {string} command
 * @param {readonly string[]} flags
 */
const run = (folder, command, flags) => {
  const bin = fileURLToPath(new URL(`../node_modules/.bin/${command}`, import.meta.url))
  const { status, stdout, stderr } = spawnSync(bin, flags, { cwd: folder, encoding: 'utf8' })
  if (status === 0) return true
  console.error(`${folder}: ${command} ${flags.join(' ')}\n${stdout}${stderr}`)
  return false
}

const published = listFolders(['packages/*']).filter(
  (folder) => JSON.parse(readFileSync(`${folder}/package.json`, 'utf8')).private !== true,
)
const broken = published.filter((folder) => {
  const outcomes = [
    run(folder, 'publint', ['--strict']),
    run(folder, 'attw', ['--pack', '.', '--profile', 'esm-only', '--no-color']),
  ]
  console.log(`${outcomes.every(Boolean) ? 'ok     ' : 'FAILED '} ${folder}`)
  return outcomes.includes(false)
})

console.log(`${published.length} packages, ${broken.length} broken`)
if (published.length === 0 || broken.length > 0) process.exitCode = 1
