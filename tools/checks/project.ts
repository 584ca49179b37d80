import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { onTestFinished } from 'vitest'

/** Where the project's own package.json is. */
export const root: string = path.resolve(import.meta.dirname, '../..')

/**
 * The project's files, as paths from {@link root}: what git knows, and what it would know after `git add`.
 * Sorted, and without what has been deleted.
 */
export const listFiles = (): readonly string[] =>
  execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], { cwd: root, encoding: 'utf8' })
    .split('\0')
    .filter((file) => file !== '' && existsSync(path.join(root, file)))
    .sort()

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
