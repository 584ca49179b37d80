import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import ts from 'typescript'

/** A call of the logger somewhere in the source: what it logs, and the names of the fields. */
export interface LoggedEvent {
  readonly file: string
  readonly level: string
  readonly event: string
  /** `undefined` where they are put together elsewhere. */
  readonly fields: readonly string[] | undefined
}

/** Every event that the packages and the example server log, found by reading them. */
export const readLoggedEvents = (): readonly LoggedEvent[] =>
  sources().flatMap((file) => {
    const tree = ts.createSourceFile(file, readFileSync(path.join(root, file), 'utf8'), ts.ScriptTarget.ES2023, true)
    const found: LoggedEvent[] = []
    const walk = (node: ts.Node): void => {
      if (ts.isCallExpression(node) && /(^|\.)logger\.log$/.test(node.expression.getText())) {
        const [level, event, data] = node.arguments
        if (level !== undefined && event !== undefined && ts.isStringLiteral(event))
          found.push({
            file,
            level: ts.isStringLiteral(level) ? level.text : 'info',
            event: event.text,
            fields: data !== undefined && ts.isObjectLiteralExpression(data) ? fieldsOf(data) : undefined,
          })
      }
      ts.forEachChild(node, walk)
    }
    walk(tree)
    return found
  })

const root = path.resolve(import.meta.dirname, '../../..')

const sources = (): readonly string[] =>
  ['packages', 'examples']
    .flatMap((place) => readdirSync(path.join(root, place)).map((name) => `${place}/${name}/src`))
    .flatMap((folder) => filesIn(folder))

const filesIn = (folder: string): readonly string[] => {
  try {
    return readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
      const inside = `${folder}/${entry.name}`
      return entry.isDirectory() ? filesIn(inside) : entry.name.endsWith('.ts') ? [inside] : []
    })
  } catch {
    return []
  }
}

/** Those of a spread are found in what is spread: `...(a ? {} : { b })`. */
const fieldsOf = (data: ts.ObjectLiteralExpression): readonly string[] =>
  data.properties.flatMap((property) => {
    if (property.name !== undefined) return [property.name.getText()]
    const inside: string[] = []
    const walk = (node: ts.Node): void => {
      if (ts.isObjectLiteralExpression(node)) inside.push(...fieldsOf(node))
      else ts.forEachChild(node, walk)
    }
    ts.forEachChild(property, walk)
    return inside
  })
