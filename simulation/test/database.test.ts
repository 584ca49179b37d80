import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { sqliteDatabases } from '../src/system/database.ts'

it('keeps one file for all runs, those included that need a new one', async () => {
  const place = mkdtempSync(join(tmpdir(), 'holdfast-databases-'))
  const databases = await sqliteDatabases('transaction', place)
  const openAndClose = async (isNew: boolean) => (await databases.open({ isNew })).close()
  const files = () =>
    readdirSync(place, { recursive: true })
      .filter((name) => String(name).endsWith('.db'))
      .sort()

  await openAndClose(false)
  const before = files()
  for (let run = 0; run < 3; run += 1) {
    await openAndClose(true)
    await openAndClose(false)
  }
  expect(files()).toEqual(before)

  await databases.dispose()
  expect(files()).toEqual([])
  rmSync(place, { recursive: true })
})
