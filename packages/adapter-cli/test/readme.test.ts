import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { openSql } from '@holdfast/adapter-sql'
import { expect, it } from 'vitest'
import { exitCodes, runCommandLine } from '../src/index.ts'
import { heardTerminal } from './terminals.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const run = async (args: readonly string[], folder = '.') => {
  const terminal = heardTerminal()
  return { code: await runCommandLine(args, { terminal, folder }), out: terminal.heard.out() }
}

it.each([['--help'], ['cleanup-abandoned --help']])('shows what %s says', async (args) => {
  const { out } = await run(args.split(' '))
  expect(readme).toContain(`\`\`\`text\n$ holdfast ${args}\n${out}\`\`\`\n`)
})

it('lists exactly the exit codes that there are', () => {
  const listed = [...readme.matchAll(/^\| (\d) \| /gm)].map(([, code]) => Number(code))
  expect(listed).toEqual(Object.values(exitCodes))
})

it('shows a configuration that works', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-shop-'))
  const before = process.env['DATABASE_FILE']
  try {
    const filename = path.join(folder, 'shop.db')
    process.env['DATABASE_FILE'] = filename
    const database = openSql({ kind: 'sqlite', filename })
    await database.migrate()
    await database.close()
    expect(await run(['cleanup-abandoned'], fileURLToPath(new URL('shop', import.meta.url)))).toEqual({
      code: 0,
      out: 'Nothing that was opened more than 2 hours ago is still unpaid.\n',
    })
  } finally {
    if (before === undefined) delete process.env['DATABASE_FILE']
    else process.env['DATABASE_FILE'] = before
    rmSync(folder, { recursive: true, force: true })
  }
})
