import { expect, it } from 'vitest'
import { showProgress } from '../src/terminal.ts'
import { heardTerminal } from './terminals.ts'

it('draws a bar on a terminal, and takes it away', () => {
  const terminal = heardTerminal({ isTTY: true })
  const progress = showProgress(terminal)
  progress({ done: 1, total: 4 })
  progress({ done: 4, total: 4 })
  progress.stop()
  const drawn = terminal.heard.err()
  expect(drawn).toContain('1 of 4')
  expect(drawn).toMatch(/█+░+/)
  // The last thing it does is to clear its line.
  expect(drawn.trimEnd().endsWith('left')).toBe(false)
  expect(terminal.heard.out()).toBe('')
})

it('draws nothing where nobody would see it move, nor where nothing is done', () => {
  const piped = heardTerminal()
  const progress = showProgress(piped)
  progress({ done: 1, total: 4 })
  progress.stop()
  expect(piped.heard.err()).toBe('')
  const terminal = heardTerminal({ isTTY: true })
  showProgress(terminal).stop()
  expect(terminal.heard.err()).toBe('')
})
