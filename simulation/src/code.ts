import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What a run is a run of, beside Node itself and what was installed. */
const packages = ['@holdfast/core', '@holdfast/adapter-sql', '@holdfast/adapter-stripe', '@holdfast/stripe-simulator']

/**
 * A name for the code that a run puts to the test, the simulation's own included: 12 hexadecimal digits, made from what is
 * compiled of it. Runs on different days are about the same thing when they print the same.
 */
export const nameOfCode = (): string => {
  const hash = createHash('sha256')
  for (const folder of [...packages.map(folderOf), dirname(fileURLToPath(import.meta.url))])
    for (const path of listFiles(folder)) hash.update(relative(folder, path)).update('\n').update(readFileSync(path))
  return hash.digest('hex').slice(0, 12)
}

const folderOf = (name: string): string => dirname(fileURLToPath(import.meta.resolve(name)))

/** Every file with code below a folder, in the order of their names. */
const listFiles = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.[jt]s$/.test(name) && !name.endsWith('.d.ts'))
    .toSorted()
    .map((name) => join(folder, name))
