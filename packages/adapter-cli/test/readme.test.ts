import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { openSql } from '@holdfast/adapter-sql'
import { driftMeaning } from '@holdfast/core'
import { expect, it } from 'vitest'
import { commands } from '../src/commands.ts'
import { exitCodes, runCommandLine } from '../src/index.ts'
import { masked, showCommands } from './shown-commands.ts'
import { heardTerminal } from './terminals.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const run = async (args: readonly string[], folder = '.') => {
  const terminal = heardTerminal()
  return { code: await runCommandLine(args, { terminal, folder }), out: terminal.heard.out() }
}

const expectShown = (text: string, args: string, said: string): void =>
  expect(text).toContain(`\`\`\`text\n$ holdfast ${args}\n${said}\`\`\`\n`)

it.each(['--help', ...commands.map(({ name }) => `${name} --help`)])('shows what %s says', async (args) => {
  expectShown(readme, args, (await run(args.split(' '))).out)
})

it('has a chapter about each command, in the order in which they are listed', () => {
  const chapters = [...readme.matchAll(/^## ([a-z]+(?:-[a-z]+)*)$/gm)].map(([, name]) => name)
  expect(chapters).toEqual(commands.map(({ name }) => name))
})

it('shows what they say when they are run, but for ids and times', async () => {
  const text = masked(readme)
  const shown = await showCommands()
  for (const { args, said } of shown) if (!args.startsWith('explain')) expectShown(text, masked(args), masked(said))
  // A payment that was paid is told of, and one that was not is left to its reader.
  const stories = shown.filter(({ args }) => args.startsWith('explain'))
  expectShown(text, masked(stories[0]!.args), masked(stories[0]!.said))
  expect(stories[1]!.said).toContain('May not pay any more')
})

it('lists exactly the exit codes that there are', () => {
  const listed = [...readme.matchAll(/^\| (\d) \| /gm)].map(([, code]) => Number(code))
  expect(listed).toEqual(Object.values(exitCodes))
})

it('lists exactly the findings that there are, those that matter most first', () => {
  const [, chapter = ''] = /^## reconcile$(.*?)^## /ms.exec(readme) ?? []
  const listed = [...chapter.matchAll(/^\| (`[a-z_`, ]+`) \| (yes|no) \|/gm)].flatMap(([, codes = '']) =>
    [...codes.matchAll(/`([a-z_]+)`/g)].map(([, code]) => code),
  )
  expect(listed).toEqual(Object.keys(driftMeaning))
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
