import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'

/**
 * The folders that match, sorted: a pattern is a path, or a path and `/*` for every folder in it.
 * Node has this built in from 22 on.
 *
 * @param {readonly string[]} patterns
 * @returns {string[]}
 */
export const listFolders = (patterns) =>
  patterns
    .flatMap((pattern) => {
      if (!pattern.endsWith('/*')) return existsSync(pattern) ? [pattern] : []
      const folder = path.dirname(pattern)
      if (!existsSync(folder)) return []
      return readdirSync(folder, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => `${folder}/${name}`)
    })
    .sort()
