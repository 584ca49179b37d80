import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { exitCodes, runCommandLine } from '../src/index.ts'
import { heardTerminal } from './terminals.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'holdfast-cli-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const write = (text: string, name = 'holdfast.config.mjs'): void => writeFileSync(path.join(folder, name), text)

/** A configuration whose Holdfast does this when it is asked to clean up. */
const cleaning = (body: string, more = ''): string =>
  `export const holdfast = () => ({ holdfast: { cleanUpAbandoned: async (request) => { ${body} } } ${more} })`

const nothing = `return {
  dryRun: false, more: false, intents: [], counts: { abandoned: 0, pending: 0, paid: 0, processing: 0, failed: 0 },
}`

const one = (outcome: string, more = false): string => `return {
  dryRun: request.dryRun, more: ${more},
  counts: { abandoned: 0, pending: 0, paid: 0, processing: 0, failed: 0, ${outcome}: 1 },
  intents: [{
    intentId: 'int_1', paymentId: 'pay_1', kind: 'consultation', createdAt: 0, outcome: '${outcome}',
    amount: { minorUnits: 40000n, currency: 'MXN' },
  }],
}`

const run = async (...args: readonly string[]) => {
  const terminal = heardTerminal()
  const code = await runCommandLine(args, { terminal, folder })
  return { code, out: terminal.heard.out(), err: terminal.heard.err() }
}
const errorIn = ({ out }: { readonly out: string }) =>
  (JSON.parse(out) as { readonly error: { readonly code: string; readonly message: string } }).error

describe('a command line', () => {
  it('that asks for nothing is told what there is', async () => {
    const { code, out, err } = await run()
    expect([code, out]).toEqual([exitCodes.usage, ''])
    expect(err).toContain('cleanup-abandoned')
  })

  it('that asks for help, or for the version, is answered', async () => {
    expect(await run('--version')).toEqual({ code: 0, out: '0.1.0\n', err: '' })
    const { code, out } = await run('--help')
    expect(code).toBe(0)
    for (const exitCode of Object.values(exitCodes)) expect(out).toMatch(new RegExp(`^ {2}${exitCode} `, 'm'))
  })

  it('takes before its name, too, what every command takes', async () => {
    write(cleaning(nothing), 'elsewhere.mjs')
    const { code, out } = await run('--json', '--config', 'elsewhere.mjs', 'cleanup-abandoned', '--hours', '2')
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({ counts: { abandoned: 0 } })
    expect((await run('--config=elsewhere.mjs', 'cleanup-abandoned', '--hours', '2')).code).toBe(0)
    expect((await run('--config')).code).toBe(exitCodes.usage)
  })

  it('with a word that nobody knows is told where to look', async () => {
    for (const words of [['frobnicate'], ['--frobnicate'], ['cleanup-abandoned', '--frobnicate']]) {
      const { code, err } = await run(...words)
      expect(code).toBe(exitCodes.usage)
      expect(err).toMatch(/^unknown (command|option) .*frobnicate/)
      expect(err).toContain('See holdfast --help')
    }
  })

  it.each([
    ['-1'],
    ['0'],
    ['0.0'],
    ['two'],
    ['2h'],
    ['1e3'],
    ['0x10'],
    ['Infinity'],
    ['NaN'],
    [''],
    [' '],
    ['1000000'],
    ['1.'],
  ])("that gives '%s' for hours is refused", async (hours) => {
    write(cleaning(nothing))
    const { code, err } = await run('cleanup-abandoned', '--hours', hours)
    expect([code, err]).toEqual([exitCodes.usage, expect.stringContaining('Give a positive number of hours')])
  })

  it.each([['0'], ['-3'], ['1.5'], ['many']])("that gives '%s' for a limit is refused", async (limit) => {
    write(cleaning(nothing))
    const { code, err } = await run('cleanup-abandoned', '--limit', limit)
    expect([code, err]).toEqual([exitCodes.usage, expect.stringContaining('a whole number of 1 or more')])
  })

  it('that cannot be understood is refused in JSON where JSON was asked for', async () => {
    const refused = await run('cleanup-abandoned', '--hours', '--json')
    expect([refused.code, refused.err]).toEqual([exitCodes.usage, ''])
    expect(errorIn(refused)).toMatchObject({ code: 'usage', message: expect.stringContaining('--hours') })
    for (const surplus of ['--colour', 'surplus'])
      expect(errorIn(await run('cleanup-abandoned', surplus, '--json')).message).toMatch(/colour|too many arguments/)
  })
})

describe('cleanup-abandoned', () => {
  it('asks for what was typed, and for two hours where nothing was', async () => {
    write(cleaning('throw new Error(JSON.stringify(request))'))
    const asked = async (...args: readonly string[]) => (await run('cleanup-abandoned', ...args)).err
    expect(await asked()).toContain('{"olderThanMs":7200000,"limit":10000,"dryRun":false}')
    expect(await asked('--hours', '0.5', '--limit', '7', '--dry-run')).toContain(
      '{"olderThanMs":1800000,"limit":7,"dryRun":true}',
    )
  })

  it('says that there is nothing', async () => {
    write(cleaning(nothing))
    expect(await run('cleanup-abandoned', '--hours', '1')).toEqual({
      code: 0,
      out: 'Nothing that was opened more than 1 hour ago is still unpaid.\n',
      err: '',
    })
  })

  it.each([
    ['abandoned', exitCodes.done],
    ['paid', exitCodes.done],
    ['processing', exitCodes.done],
    ['pending', exitCodes.notNow],
    ['failed', exitCodes.notNow],
  ])('ends, with one that is %s, with %i', async (outcome, exitCode) => {
    write(cleaning(one(outcome)))
    const { code, out } = await run('cleanup-abandoned')
    expect(code).toBe(exitCode)
    expect(out.split('\n').slice(0, 2)).toEqual([
      'INTENT  KIND          OPENED                    AMOUNT      OUTCOME',
      `int_1   consultation  1970-01-01T00:00:00.000Z  400.00 MXN  ${outcome}`,
    ])
    expect(out).toContain(`  1 ${outcome}: `)
  })

  it('says that there are more than it looked at', async () => {
    write(cleaning(one('abandoned', true)))
    expect((await run('cleanup-abandoned')).out).toContain('still open: 1, and there are more: run it again.')
    expect(JSON.parse((await run('cleanup-abandoned', '--json')).out)).toMatchObject({ more: true })
  })
})

describe('a configuration', () => {
  it('is the default export where nothing is exported as holdfast, and the file that is named', async () => {
    write(cleaning(nothing).replace('export const holdfast =', 'export default'))
    expect(await run('cleanup-abandoned')).toMatchObject({ code: 0 })
    write(cleaning(one('paid')), 'other.mjs')
    expect((await run('cleanup-abandoned', '--config', 'other.mjs')).out).toContain('1 paid')
    expect((await run('cleanup-abandoned', '--config', path.join(folder, 'other.mjs'))).out).toContain('1 paid')
  })

  it('that is not there is asked for, with what to write', async () => {
    const { code, err } = await run('cleanup-abandoned')
    expect(code).toBe(exitCodes.usage)
    expect(err).toContain(`There is no configuration in ${folder}: none of holdfast.config.mjs,`)
    expect(err).toContain('export const holdfast = async () => {')
    const named = await run('cleanup-abandoned', '--config', 'nowhere.mjs', '--json')
    expect(errorIn(named)).toMatchObject({
      code: 'configuration_missing',
      message: expect.stringContaining(path.join(folder, 'nowhere.mjs')),
    })
  })

  it('that is in a folder below is named, the nearest first', async () => {
    const below = [
      'examples/server/holdfast.config.mjs',
      'shop/holdfast.config.ts',
      'node_modules/a/holdfast.config.mjs',
      '.cache/holdfast.config.mjs',
      'a/b/c/d/holdfast.config.mjs',
    ]
    for (const file of below) {
      mkdirSync(path.join(folder, path.dirname(file)), { recursive: true })
      write(cleaning(nothing), file)
    }
    const { code, err } = await run('cleanup-abandoned')
    expect(code).toBe(exitCodes.usage)
    const [shop, server] = [
      path.join('shop', 'holdfast.config.ts'),
      path.join('examples', 'server', 'holdfast.config.mjs'),
    ]
    expect(err).toContain(
      `In folders below there is ${shop}, ${server}. Run the command in its folder, or name it with --config ${shop}.`,
    )
    expect((await run('cleanup-abandoned', '--config', server)).code).toBe(0)
  })

  it.each([
    ['exports nothing of the kind', 'export const host = 1', /exports no function as 'holdfast'/],
    ['exports no function', 'export const holdfast = { }', /exports no function as 'holdfast'/],
    ['answers nothing', 'export const holdfast = () => undefined', /has no Holdfast in it/],
    ['answers something else', 'export const holdfast = () => ({ holdfast: {} })', /has no Holdfast in it/],
  ])('that %s is refused, with what to write', async (_what, text, message) => {
    write(text)
    const refused = await run('cleanup-abandoned', '--json')
    expect(refused.code).toBe(exitCodes.usage)
    const { code, message: said } = errorIn(refused)
    expect(code).toBe('configuration_invalid')
    expect(said).toMatch(message)
    expect(said).toContain('createHoldfast({ … })')
  })

  it.each([
    ['cannot be read', 'export const = 1', /cannot be loaded/],
    ['throws', "export const holdfast = async () => { throw new Error('No key.') }", /together: No key\./],
    ['throws something odd', "export const holdfast = () => { throw 'No key.' }", /together: No key\./],
  ])('that %s has failed', async (_what, text, message) => {
    write(text)
    const failed = await run('cleanup-abandoned', '--json')
    expect(failed.code).toBe(exitCodes.usage)
    expect(errorIn(failed)).toMatchObject({ code: 'configuration_failed', message: expect.stringMatching(message) })
  })
})

describe('a command that goes wrong', () => {
  // As the process itself imports it, so that its errors are the ones that are known here.
  const core = JSON.stringify(import.meta.resolve('@holdfast/core'))
  const away = "throw new StoreUnavailable('It does not answer.')"

  it.each([
    ['at work', `import { StoreUnavailable } from ${core}\n${cleaning(away)}`],
    [
      'as it is opened',
      `import { StoreUnavailable } from ${core}\nexport const holdfast = () => { throw new StoreUnavailable('It does not answer.') }`,
    ],
  ])('because its database is away %s may be run again', async (_when, text) => {
    write(text)
    expect(await run('cleanup-abandoned')).toEqual({
      code: exitCodes.notNow,
      out: '',
      err: 'The database: It does not answer.\n',
    })
    expect(errorIn(await run('cleanup-abandoned', '--json'))).toMatchObject({ code: 'store_unavailable' })
  })

  it('because the provider of its host is away may be run again', async () => {
    const cli = JSON.stringify(import.meta.resolve('@holdfast/adapter-cli'))
    const message = 'No server answers at http://127.0.0.1:3000. Start it.'
    write(`import { ProviderUnavailable } from ${cli}
      export const holdfast = () => { throw new ProviderUnavailable(${JSON.stringify(message)}) }`)
    expect(await run('cleanup-abandoned')).toEqual({ code: exitCodes.notNow, out: '', err: `${message}\n` })
    expect(errorIn(await run('cleanup-abandoned', '--json'))).toEqual({ code: 'provider_unavailable', message })
  })

  it('in a way that nobody thought of says where, and gives back what was opened', async () => {
    write(cleaning("throw new TypeError('Odd.')", ", close: () => { throw new Error('And it is stuck.') }"))
    const { code, err } = await run('cleanup-abandoned')
    expect(code).toBe(exitCodes.unexpected)
    expect(err).toMatch(/^TypeError: Odd\.\n {4}at /)
    expect(err).toContain('could not be closed. Error: And it is stuck.')
  })

  it('only as it is closed has said first what it has done', async () => {
    write(cleaning(one('abandoned'), ", close: () => { throw new Error('It is stuck.') }"))
    const { code, out, err } = await run('cleanup-abandoned', '--json')
    expect(code).toBe(exitCodes.unexpected)
    expect(JSON.parse(out)).toMatchObject({ counts: { abandoned: 1 } })
    expect(err).toContain('It is stuck.')
  })
})
