import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { problemKinds, routes, type Route } from '../src/index.ts'

const read = (file: string): string => readFileSync(new URL(file, import.meta.url), 'utf8')
const readme = read('../README.md')

const audiences = { anyone: 'anyone', owner: 'owner', staff: 'staff', owner_or_staff: 'owner, staff' } as const

const row = ({ method, path, mount, who, summary }: Route): string => {
  const slash = mount === undefined || mount === 'base' ? '/' : ''
  return `| \`${method.toUpperCase()} ${path}${slash}\` | ${audiences[who]} | ${summary} |`
}

describe('the README', () => {
  it('lists exactly the routes of the table', () => {
    const rows = readme.split('\n').filter((line) => /^\| `(?:GET|POST) /.test(line))
    expect(rows).toEqual(routes.map(row))
  })

  it('lists exactly the codes of problems, under their status', () => {
    const said = [...readme.matchAll(/^\| (\d{3}) \| (.*) \|$/gm)].map(([, status, codes]) => [
      Number(status),
      [...(codes ?? '').matchAll(/`(\w+)`/g)].map(([, code]) => code),
    ])
    const statuses = [...new Set(Object.values(problemKinds).map(({ status }) => status))].toSorted((a, b) => a - b)
    const codes = Object.entries(problemKinds)
    expect(said).toEqual(
      statuses.map((status) => [status, codes.filter(([, kind]) => kind.status === status).map(([code]) => code)]),
    )
  })

  it('begins with an example that the compiler has seen', () => {
    expect(readme).toContain(`\`\`\`ts\n${read('./readme-example.ts')}\`\`\`\n`)
  })
})
