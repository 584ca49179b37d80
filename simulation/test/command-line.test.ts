import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { readCommandLine } from '../src/command-line.ts'
import { goldenFlows } from '../src/workload/golden.ts'

it.each([
  [['--seeds', 'x'], /--seeds takes a whole number above 0, not "x"/],
  [['--seeds', '0'], /--seeds takes a whole number above 0/],
  [['--minutes', 'soon'], /--minutes takes a number/],
  [['--from=-1'], /--from takes a whole number/],
  [['--pairs', '1.5'], /--pairs takes a whole number/],
  [['--workers', '0'], /--workers takes a whole number above 0/],
  [['--profile', 'nobody'], /--profile takes one of/],
  [['--db', 'mysql'], /--db and --gates takes a pair/],
  [['--share', '2/2'], /--share takes I\/N/],
  [['--exhaust', '--flow', 'paid in shells'], /--flow takes a part of the name of a golden flow, not "paid in shells"/],
  [['--flow', 'vase'], /--flow goes with --exhaust only/],
  [['--tape', 'nowhere.json'], /--tape takes a file with a story.*"nowhere.json" is none: ENOENT/],
  [['--tape', 'package.json'], /"package.json" is none: It has no commands/],
  [['--colour', 'red'], /--colour/],
  [['surplus'], /surplus/],
])('refuses %j', (args, message) => {
  const command = readCommandLine(args)
  expect(command.type === 'mistake' ? command.message : '').toMatch(message)
})

it('reads what it takes, and any text for a seed', () => {
  expect(readCommandLine(['--seed', '0x9f3a', '--minutes', '0.5', '--seeds', '12', '--workers', '2'])).toMatchObject({
    type: 'run',
    values: { seed: '0x9f3a', minutes: '0.5', seeds: '12' },
    workers: 2,
  })
  expect(readCommandLine(['--help']).type).toBe('help')
})

it('takes the golden flows whose name has some text in it, and all of them otherwise', () => {
  const flows = (...args: readonly string[]) => {
    const command = readCommandLine(['--exhaust', ...args])
    return command.type === 'mistake' ? command.message : command.flows
  }
  expect(flows('--flow', 'vase')).toEqual(['two carts and one vase'])
  expect(flows('--flow', 'browser')).toHaveLength(2)
  expect(flows()).toEqual(Object.keys(goldenFlows))
})

const program = join(import.meta.dirname, '..', 'dist', 'main.js')

it.each([
  [['--gates', 'none'], 2, /--db and --gates takes a pair/],
  [['--tape', 'nowhere.json'], 2, /--tape takes a file/],
  [['--db', 'postgres', '--seed', '1'], 127, /CRASH/],
  [['--db', 'postgres', '--seeds', '2', '--workers', '2'], 127, /CRASH/],
])('ends %j with exit code %i', (args, code, said) => {
  const nobodyThere = { ...process.env, TEST_DATABASE_URL: 'postgres://127.0.0.1:1/nobody' }
  const { status, stderr } = spawnSync(process.execPath, [program, ...args], { env: nobodyThere, encoding: 'utf8' })
  expect(stderr).toMatch(said)
  expect(status).toBe(code)
})
