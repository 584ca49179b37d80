import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { onTestFinished } from 'vitest'

/** Where the project's own package.json is. */
export const root: string = path.resolve(import.meta.dirname, '../..')

/** What is made, installed or left behind: nobody wrote it. */
const notOurs = new Set([
  '.git',
  '.turbo',
  '.stryker-tmp',
  'node_modules',
  'dist',
  'coverage',
  'reports',
  'public-build',
])

/** The project's own files, as paths from {@link root}, sorted. What is made by tools is left out. */
export const listFiles = (): readonly string[] => filesIn('.').toSorted()

const filesIn = (folder: string): readonly string[] =>
  readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const inside = path.posix.join(folder, entry.name)
    if (notOurs.has(entry.name)) return []
    return entry.isDirectory() ? filesIn(inside) : entry.isFile() ? [inside] : []
  })

/** The text of one of the project's files. */
export const readText = (file: string): string => readFileSync(path.join(root, file), 'utf8')

/**
 * Writes `files`, by path, into a new folder that sees the project's installed packages, and answers where it is.
 * It is removed when the test that called is through with it.
 */
export const plant = (files: Readonly<Record<string, string>>): string => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'holdfast-checks-'))
  symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'))
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true })
    writeFileSync(path.join(folder, file), text)
  }
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
