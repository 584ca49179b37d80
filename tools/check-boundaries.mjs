import { readBoundaries, unseenPackages } from './boundaries.mjs'

// Who may import whom: prints each import that a rule forbids, with the rule's reason. Nothing seen is a failure too:
// a checker that cannot read TypeScript finds no violations.

const root = process.cwd()
const boundaries = readBoundaries(root)
const { modules, violations } = boundaries
const unseen = unseenPackages(root, boundaries)

for (const { rule, from, to, why } of violations) console.error(`${rule}: ${from} -> ${to}\n    ${why}`)
for (const source of unseen) console.error(`no module was seen in ${source}`)
if (modules.length === 0) console.error('no module was seen at all')
console.log(`${modules.length} modules, ${violations.length} violations`)
if (modules.length === 0 || violations.length > 0 || unseen.length > 0) process.exitCode = 1
