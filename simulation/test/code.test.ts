import { expect, it } from 'vitest'
import { nameOfCode } from '../src/code.ts'

it('names the code that is put to the test, the same each time', () => {
  expect(nameOfCode()).toMatch(/^[0-9a-f]{12}$/)
  expect(nameOfCode()).toBe(nameOfCode())
})
