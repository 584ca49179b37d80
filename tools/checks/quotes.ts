import path from 'node:path'

/** A code block of a page that says which file it comes from. */
export interface Quote {
  readonly page: string
  /** `path/from/the/root.ts#region`, or the path alone for a whole file. */
  readonly from: string
  readonly code: string
}

const fence = /(?:<!-- from: (\S+) -->\s*\n)?```(\w*)[^\n]*\n([\s\S]*?)\n```/g

/**
 * The code blocks of a page that are marked as quotes, by a comment on the line before:
 * `<!-- from: examples/server/src/app.ts#wiring -->`.
 */
export const quotes = (page: string, text: string): readonly Quote[] =>
  [...text.matchAll(fence)].flatMap(([, from, , code = '']) => (from === undefined ? [] : [{ page, from, code }]))

/** The TypeScript blocks of a page that come from no file, and so from nothing that runs. */
export const unmarked = (text: string): readonly string[] =>
  [...text.matchAll(fence)].flatMap(([, from, language = '', code = '']) =>
    from === undefined && /^(ts|typescript|js|javascript|tsx)$/.test(language) ? [code] : [],
  )

/**
 * What stands between `// #region name` and `// #endregion` of a file, moved to the left margin.
 * The whole file when no region is named, `undefined` when the file has none of that name.
 */
export const regionOf = (text: string, region: string | undefined): string | undefined => {
  if (region === undefined) return text.trimEnd()
  const lines = text.split('\n')
  const start = lines.findIndex((line) => line.trim() === `// #region ${region}`)
  const length = lines.slice(start + 1).findIndex((line) => line.trim().startsWith('// #endregion'))
  if (start === -1 || length === -1) return undefined
  const inside = lines.slice(start + 1, start + 1 + length)
  const margin = Math.min(...inside.filter((line) => line.trim() !== '').map((line) => line.search(/\S/)))
  return inside.map((line) => line.slice(margin)).join('\n')
}

/** The relative links of a page whose target is not there. `exists` takes a path from the root. */
export const brokenLinks = (page: string, text: string, exists: (file: string) => boolean): readonly string[] =>
  [...text.replaceAll(fence, '').matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target.replace(/#.*$/, ''))
    .filter((target) => target !== '' && !/^[a-z]+:/.test(target))
    .filter((target) => !exists(path.posix.join(path.posix.dirname(page), decodeURI(target))))
    .map((target) => `${page} -> ${target}`)
