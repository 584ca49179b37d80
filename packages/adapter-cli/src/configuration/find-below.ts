import { readdirSync, type Dirent } from 'node:fs'
import path from 'node:path'

/**
 * Files of these names in folders below, relative to `folder`, the nearest first: at most three. It looks three folders deep, and not
 * into packages that are installed nor into what is hidden; a folder that cannot be read is passed over.
 */
export const findBelow = (folder: string, names: readonly string[]): readonly string[] => {
  const found: string[] = []
  let looked = 0
  let level = foldersOf(entriesOf(folder), '')
  for (let depth = 1; depth <= deepest && found.length < most; depth += 1) {
    const next: string[] = []
    for (const below of level) {
      looked += 1
      if (looked > mostFolders) return found.slice(0, most)
      const entries = entriesOf(path.join(folder, below))
      const name = names.find((each) => entries.some((entry) => entry.name === each))
      if (name !== undefined) found.push(path.join(below, name))
      next.push(...foldersOf(entries, below))
    }
    level = next
  }
  return found.slice(0, most)
}

const deepest = 3
const most = 3
// Whoever runs it in their home directory by mistake is not to wait.
const mostFolders = 2_000

const foldersOf = (entries: readonly Dirent[], below: string): readonly string[] =>
  entries
    .filter((entry) => entry.isDirectory() && entry.name !== 'node_modules' && !entry.name.startsWith('.'))
    .map(({ name }) => path.join(below, name))
    .toSorted()

const entriesOf = (folder: string): readonly Dirent[] => {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch {
    return []
  }
}
