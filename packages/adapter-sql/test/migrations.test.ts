import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { createDatabase } from '@holdfast/pg-test'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { openSql, type SqlDatabase, type SqlLocation } from '../src/index.ts'
import { tables } from './databases.ts'

describe.each(['sqlite', 'postgres'] as const)('migrating %s', (kind) => {
  let location: SqlLocation
  let remove: () => Promise<void>
  const opened: SqlDatabase[] = []
  const open = (): SqlDatabase => {
    const database = openSql(location)
    opened.push(database)
    return database
  }
  beforeAll(async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'holdfast-migrate-'))
    const server = kind === 'postgres' ? await createDatabase(inject('pgAdminUrl')) : undefined
    location =
      server === undefined
        ? { kind: 'sqlite', filename: path.join(folder, 'a.db') }
        : { kind: 'postgres', url: server.url }
    remove = async () => {
      rmSync(folder, { recursive: true, force: true })
      await server?.drop()
    }
  })
  afterAll(async () => {
    for (const database of opened) await database.close()
    await remove()
  })

  it('says which steps it lacks, and takes none', async () => {
    expect(await open().pending()).toEqual(['0001_initial'])
    const { knex } = open()
    for (const table of [...tables, 'holdfast_migrations']) expect(await knex.schema.hasTable(table)).toBe(false)
  })

  it('takes each step once, however many do it at once and however often', async () => {
    const taken = await Promise.all(Array.from({ length: 6 }, () => open().migrate()))
    expect(taken.flat()).toEqual(['0001_initial'])
    expect(await open().migrate()).toEqual([])
    expect(await open().pending()).toEqual([])
    const { knex } = open()
    for (const table of tables) expect(await knex.schema.hasTable(table)).toBe(true)
    expect(await knex('holdfast_migrations').pluck('name')).toEqual(['0001_initial'])
  })

  if (kind === 'postgres')
    it("orders text by its bytes, whatever the database's language", async () => {
      const { rows } = await open().knex.raw(
        `SELECT table_name, column_name FROM information_schema.columns
       WHERE table_name LIKE 'holdfast\\_%' AND data_type = 'text' AND collation_name IS DISTINCT FROM 'C'`,
      )
      expect(rows).toEqual([])
    })

  it('takes all steps or none', async () => {
    const { knex, migrate } = open()
    await knex('holdfast_migrations').delete()
    for (const table of tables) await knex.schema.dropTable(table)
    // In the way of a table in the middle.
    await knex.schema.createTable('holdfast_intents', (table) => table.text('id'))
    await expect(migrate()).rejects.toThrow(/holdfast_intents/)
    expect(await knex.schema.hasTable('holdfast_payments')).toBe(false)
    expect(await knex('holdfast_migrations').pluck('name')).toEqual([])
    await knex.schema.dropTable('holdfast_intents')
    expect(await migrate()).toEqual(['0001_initial'])
  })
})
