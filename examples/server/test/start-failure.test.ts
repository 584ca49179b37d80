import { UnreadableStateFile } from '@holdfast/stripe-simulator'
import { expect, it } from 'vitest'
import { readConfig } from '../src/config.ts'
import { explainFailure } from '../src/start-failure.ts'

const explain = (error: Error): string => {
  const config = readConfig({ PORT: '3000', HOST: 'nowhere.invalid' }, '/srv')
  if (!config.ok) throw new Error(config.error.join('\n'))
  return explainFailure(error, config.value)
}

it.each([
  ['EADDRINUSE', /^PORT: 3000 is taken\. Stop what uses it/],
  ['ENOTFOUND', /^HOST: this machine has no address nowhere\.invalid\. Set HOST/],
  ['EACCES', /^Not allowed: why\. Choose a PORT above 1023/],
  ['SQLITE_CANTOPEN', /^DATABASE_URL: the file cannot be opened .*\(why\)\. Name another/],
  ['SQLITE_READONLY', /^DATABASE_URL: the file may not be written to \(why\)\. Let this user write/],
  ['28P01', /^DATABASE_URL: PostgreSQL cannot be reached .*\(why\)\. Start it/],
])('says what to do about %s', (code, message) => {
  expect(explain(Object.assign(new Error('why'), { code }))).toMatch(message)
})

it('says what to do about a folder that cannot be made, and takes no other file that is missing for it', () => {
  const missing = Object.assign(new Error('why'), { code: 'ENOENT' })
  expect(explain(Object.assign(missing, { syscall: 'mkdir' }))).toMatch(
    /^DATABASE_URL: its folder cannot be made \(why\)\. Name a file/,
  )
  expect(explain(Object.assign(missing, { syscall: 'open' }))).toBe('why')
})

it('lets the state file say for itself what is wrong with it', () => {
  expect(explain(new UnreadableStateFile('The file is damaged. Restore it.'))).toBe('The file is damaged. Restore it.')
})
