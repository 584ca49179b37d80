import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What a run puts to the test. */
const library = ['@holdfast/core', '@holdfast/adapter-sql', '@holdfast/adapter-stripe']

/**
 * A name for the code of a run, the simulation's own included, beside Node itself and what was installed: 12 hexadecimal digits, made
 * from what is compiled of it. Runs on different days go the same way when they print the same.
 */
export const nameOfCode = (): string =>
  nameOf([...[...library, '@holdfast/stripe-simulator'].map(folderOf), dirname(fileURLToPath(import.meta.url))])

/**
 * {@link nameOfCode}, of what is put to the test alone: runs that print the same are about the same thing, whoever judges it. The
 * contracts of the core are tests themselves, and do not count.
 */
export const nameOfLibrary = (): string => nameOf(library.map(folderOf), (path) => !path.startsWith(`contracts${sep}`))

const nameOf = (folders: readonly string[], counts: (path: string) => boolean = () => true): string => {
  const hash = createHash('sha256')
  for (const folder of folders)
    for (const path of listFiles(folder).filter((each) => counts(relative(folder, each))))
      hash.update(relative(folder, path)).update('\n').update(readFileSync(path))
  return hash.digest('hex').slice(0, 12)
}

const folderOf = (name: string): string => dirname(fileURLToPath(import.meta.resolve(name)))

/** Every file with code below a folder, in the order of their names. */
const listFiles = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.[jt]s$/.test(name) && !name.endsWith('.d.ts'))
    .toSorted()
    .map((name) => join(folder, name))
