import ts from 'typescript'

/** Something that is never right, where it is: `path:line what`. */
export type Finding = string

/** One source file, read. */
export interface Source {
  /** From the root, with forward slashes. */
  readonly file: string
  readonly text: string
}

/** Looks at one file and names what is wrong with it. */
export type Rule = (source: Source) => readonly Finding[]

const isTypeScript = (file: string): boolean => /\.m?ts$/.test(file) && !file.endsWith('.d.mts')
const isConfig = (file: string): boolean => /\.config\.[cm]?[tj]s$/.test(file)

/** Where Stripe is spoken, and its spelling with it: its adapter, its simulator, and the tests and pages about them. */
const speaksStripe = (file: string): boolean =>
  /^packages\/(adapter-stripe|stripe-simulator)\//.test(file) ||
  // The oracle reads Stripe's own ledger.
  file.startsWith('simulation/src/oracle/') ||
  /stripe|subscription/.test(file)

const everyLine =
  (pattern: RegExp, what: string, applies: (file: string) => boolean = () => true): Rule =>
  ({ file, text }) =>
    applies(file)
      ? text.split('\n').flatMap((line, at) => (pattern.test(line) ? [`${file}:${at + 1} ${what}`] : []))
      : []

const everyNode =
  (applies: (file: string) => boolean, visit: (node: ts.Node) => string | undefined): Rule =>
  (source) => {
    const { file } = source
    if (!applies(file)) return []
    const tree = parse(source)
    const findings: Finding[] = []
    const walk = (node: ts.Node): void => {
      const what = visit(node)
      if (what !== undefined) findings.push(`${file}:${lineOf(tree, node)} ${what}`)
      ts.forEachChild(node, walk)
    }
    walk(tree)
    return findings
  }

/** Every rule reads the same files: each is parsed once. */
const parsed = new Map<string, ts.SourceFile>()

const parse = ({ file, text }: Source): ts.SourceFile => {
  const key = `${file}\n${text}`
  const known = parsed.get(key)
  if (known !== undefined) return known
  const tree = ts.createSourceFile(file, text, ts.ScriptTarget.ES2023, true)
  parsed.set(key, tree)
  return tree
}

const lineOf = (tree: ts.SourceFile, node: ts.Node): number =>
  tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1

const isCore = (file: string): boolean =>
  file.startsWith('packages/core/src/') && file !== 'packages/core/src/system.ts'

/** Names a file by its subject, not by being of use. */
const nameSaysNothing: Rule = ({ file }) =>
  /(^|\/)(utils?|helpers?|common|misc|shared)(\/|\.[a-z.]+$)/.test(file)
    ? [`${file}:1 a name that says nothing of what is inside`]
    : []

/** `const enum` and `enum` are code that types cannot be stripped from; a union of strings does the same. */
const noEnums = everyNode(isTypeScript, (node) => (ts.isEnumDeclaration(node) ? 'an enum' : undefined))

const noAny = everyNode(isTypeScript, (node) => (node.kind === ts.SyntaxKind.AnyKeyword ? "the type 'any'" : undefined))

const noDefaultExport = everyNode(
  (file) => isTypeScript(file) && !isConfig(file) && !/^examples\/[^/]*next[^/]*\//.test(file),
  (node) => (ts.isExportAssignment(node) || hasDefaultModifier(node) ? 'a default export' : undefined),
)

const hasDefaultModifier = (node: ts.Node): boolean =>
  ts.canHaveModifiers(node) && (ts.getModifiers(node) ?? []).some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword)

/** `.only` and `.skip` of a test; a contract names its reasons and fails when it keeps a promise it said it would not. */
const noOnlyNoSkip = everyNode(
  (file) => /\.(test|contract)\.ts$/.test(file),
  (node) =>
    ts.isPropertyAccessExpression(node) &&
    /^(only|skip|todo)$/.test(node.name.text) &&
    /^(it|test|describe)(\.|$)/.test(node.expression.getText())
      ? `'${node.getText()}'`
      : undefined,
)

/** The current time, which the linter cannot tell from `new Date(ms)`. */
const noCurrentTime = everyNode(isCore, (node) =>
  ts.isNewExpression(node) && node.expression.getText() === 'Date' && (node.arguments ?? []).length === 0
    ? "'new Date()': time comes from the clock port"
    : undefined,
)

/**
 * Every exported name of a package says what it is. One docstring may head a block: what follows without a blank line
 * is covered by it.
 */
const exportsAreDescribed: Rule = (source) => {
  const { file, text } = source
  if (!/^packages\/[^/]+\/src\/.*\.ts$/.test(file)) return []
  const tree = parse(source)
  let covered = false
  let previousEnd = 0
  const described = new Set<string>()
  const findings: Finding[] = []
  for (const statement of tree.statements) {
    const name = exportedName(statement)
    const gap = text.slice(previousEnd, statement.getStart(tree))
    const hasDoc = ts.getJSDocCommentsAndTags(statement).length > 0
    const opensBlock = /\n\s*\n/.test(gap)
    covered = hasDoc || (covered && !opensBlock)
    previousEnd = statement.end
    if (name === undefined) continue
    if (covered) described.add(name)
    else if (!described.has(name)) findings.push(`${file}:${lineOf(tree, statement)} '${name}' has no docstring`)
  }
  return findings
}

const exportedName = (statement: ts.Statement): string | undefined => {
  if (!ts.canHaveModifiers(statement)) return undefined
  const modifiers = ts.getModifiers(statement) ?? []
  if (!modifiers.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) return undefined
  if (ts.isVariableStatement(statement)) return statement.declarationList.declarations[0]?.name.getText()
  return (statement as ts.DeclarationStatement).name?.getText()
}

/** What is never right here, by name. Each is proven by a planted finding in `tidy.test.ts`. */
export const rules: Readonly<Record<string, Rule>> = {
  'nothing is left for later': everyLine(/\b(TODO|FIXME|XXX|HACK)\b/, 'something left for later'),
  'no path of somebody’s machine': everyLine(
    /(["'`(\s]|^)(\/(work|root|home|Users)\/[\w.-]|[A-Z]:\\\\?Users)/,
    'a path of one machine',
    (file) => !/(^|\/)(Dockerfile|compose\.yaml)$/.test(file),
  ),
  'our statuses are cancelled, Stripe’s canceled': everyLine(
    /\bcancel(ed|ing|ation)s?\b/i,
    "'canceled' where Stripe is not spoken: ours is 'cancelled'",
    (file) => /^(packages|examples|benchmarks|simulation)\/.*\.(ts|tsx|html|sql)$/.test(file) && !speaksStripe(file),
  ),
  'a file is named by its subject': nameSaysNothing,
  'no enums': noEnums,
  'no any': noAny,
  'no default exports': noDefaultExport,
  'no test is skipped or run alone': noOnlyNoSkip,
  'no current time in the core': noCurrentTime,
  'exported names are described': exportsAreDescribed,
}
