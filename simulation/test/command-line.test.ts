import { expect, it } from 'vitest'
import { readCommandLine } from '../src/command-line.ts'

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
