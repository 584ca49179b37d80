import { expect, it } from 'vitest'
import { nameOfCode, nameOfLibrary } from '../src/code.ts'

it('names the code that is put to the test, the same each time', () => {
  for (const name of [nameOfCode, nameOfLibrary]) {
    expect(name()).toMatch(/^[0-9a-f]{12}$/)
    expect(name()).toBe(name())
  }
  expect(nameOfLibrary()).not.toBe(nameOfCode())
})
