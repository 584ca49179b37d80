import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { samples } from '@holdfast/core/contracts'
import { createDatabase } from '@holdfast/pg-test'
import { expect, inject, it } from 'vitest'
import { openSql, type SqlLocation } from '../src/index.ts'

const run = promisify(execFile)
const times = 300

const countInTwoProcesses = async (location: SqlLocation): Promise<unknown> => {
  const { unitOfWork, migrate, close } = openSql(location)
  await migrate()
  const counter = samples.openIntent('counter', { payload: 0 })
  await unitOfWork.run((tx) => tx.intents.save(counter, 0))
  const script = path.join(import.meta.dirname, 'count-up.mjs')
  const count = () => run(process.execPath, [script, JSON.stringify(location), String(times)])
  await Promise.all([count(), count()])
  const found = await unitOfWork.read((tx) => tx.intents.find(counter.id))
  await close()
  return found?.value.payload
}

it('loses nothing when two processes read and write one SQLite file', { timeout: 120_000 }, async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'holdfast-two-'))
  expect(await countInTwoProcesses({ kind: 'sqlite', filename: path.join(folder, 'shared.db') })).toBe(2 * times)
  rmSync(folder, { recursive: true, force: true })
})

it('loses nothing when two processes read and write one Postgres', { timeout: 120_000 }, async () => {
  const { url, drop } = await createDatabase(inject('pgAdminUrl'))
  expect(await countInTwoProcesses({ kind: 'postgres', url })).toBe(2 * times)
  await drop()
})
