import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openClinicCommands, type ClinicCommands } from './clinic-commands.ts'

let clinic: ClinicCommands
beforeEach(() => {
  clinic = openClinicCommands()
})
afterEach(() => clinic.remove())

const core = JSON.stringify(import.meta.resolve('@holdfast/core'))

describe('migrate', () => {
  beforeEach(() => clinic.configure('return openClinic(folder, 0, { tables: false })'))

  it('makes the tables of an empty database, says by which steps, and does nothing the second time', async () => {
    const first = await clinic.holdfast('migrate')
    expect([first.code, first.err]).toEqual([0, ''])
    expect(first.out).toMatch(/^Steps that were taken, in this order: 1\.\n {2}0001\S*\n$/)
    expect(await clinic.holdfast('migrate')).toEqual({ code: 0, out: 'The tables are up to date.\n', err: '' })
    expect(await clinic.holdfast('cleanup-abandoned')).toMatchObject({ code: 0 })
    expect(JSON.parse((await clinic.holdfast('migrate', '--json')).out)).toEqual({
      command: 'migrate',
      dry_run: false,
      steps: [],
    })
  })

  it('lists in a dry run what the database says it lacks, and takes no step', async () => {
    clinic.configure(`
      const database = { ping: async () => {}, pending: async () => ['0002-more'], migrate: async () => { throw new Error(command) } }
      return { database }`)
    const { code, out } = await clinic.holdfast('migrate', '--dry-run')
    expect([code, out]).toEqual([
      0,
      'Steps that would be taken, in this order: 1.\n  0002-more\nThis was a dry run, which changes nothing.\n',
    ])
    expect(JSON.parse((await clinic.holdfast('migrate', '--dry-run', '--json')).out)).toEqual({
      command: 'migrate',
      dry_run: true,
      steps: ['0002-more'],
    })
  })

  it('refuses a dry run of a database that cannot tell, instead of taking the steps', async () => {
    clinic.configure('return { database: { ping: async () => {}, migrate: async () => { throw new Error(command) } } }')
    expect(await clinic.holdfast('migrate', '--dry-run')).toMatchObject({
      code: 2,
      err: expect.stringContaining('it has no pending()'),
    })
  })

  it('says what the configuration lacks', async () => {
    clinic.configure('return {}')
    expect(await clinic.holdfast('migrate')).toMatchObject({
      code: 2,
      err: expect.stringContaining("Add 'database' to it"),
    })
    expect(JSON.parse((await clinic.holdfast('migrate', '--json')).out)).toMatchObject({
      error: { code: 'configuration_incomplete' },
    })
  })
})

describe('wait-for-database', () => {
  it('ends at once where the database answers, whatever tables it has', async () => {
    clinic.configure('return openClinic(folder, 0, { tables: false })')
    const { code, out } = await clinic.holdfast('wait-for-database')
    expect([code, out]).toEqual([0, expect.stringMatching(/^The database answers \(1 try, \d\.\d s\)\.\n$/)])
  })

  it('waits for one that comes up, at the configuration or at its first question', async () => {
    clinic.configure(`
      const { StoreUnavailable } = await import(${core})
      globalThis.tries = (globalThis.tries ?? 0) + 1
      if (globalThis.tries < 2) throw new StoreUnavailable('It is starting.')
      let pings = 0
      return { database: { migrate: async () => [], ping: async () => { if (++pings < 3) throw new Error('No route.') } } }`)
    const { code, out } = await clinic.holdfast('wait-for-database', '--interval', '0.05', '--json')
    expect(code).toBe(0)
    expect(JSON.parse(out)).toEqual({
      command: 'wait-for-database',
      answered: true,
      tries: 4,
      waited_ms: expect.any(Number),
      last_error: 'No route.',
    })
  })

  it('gives up in time, and says why and where to look', async () => {
    clinic.configure(
      'return { database: { migrate: async () => [], ping: async () => { throw new Error("No route.") } } }',
    )
    const { code, out } = await clinic.holdfast('wait-for-database', '--timeout', '3', '--interval', '0.5')
    expect(code).toBe(1)
    expect(out).toMatch(/^The database does not answer \(\d tries, \d\.\d s\): No route\.\n/)
    expect(out).toContain('--timeout says for how long to wait')
  })

  it('waits no longer for an answer than it was told', async () => {
    clinic.configure('return { database: { migrate: async () => [], ping: () => new Promise(() => {}) } }')
    const { code, out } = await clinic.holdfast('wait-for-database', '--timeout', '0.3')
    expect([code, out]).toEqual([1, expect.stringContaining('there was no answer in time')])
  })

  it('does not wait where waiting mends nothing', async () => {
    clinic.configure("throw new Error('No address.')")
    expect(await clinic.holdfast('wait-for-database')).toMatchObject({
      code: 2,
      err: expect.stringContaining('together: No address.'),
    })
  })

  it.each([['0'], ['-1'], ['soon'], ['86401']])("refuses '%s' as a time", async (time) => {
    for (const option of ['--timeout', '--interval'])
      expect(await clinic.holdfast('wait-for-database', option, time)).toMatchObject({
        code: 2,
        err: expect.stringContaining('Give a positive number of seconds, at most a day, such as 60 or 0.5.'),
      })
  })
})
