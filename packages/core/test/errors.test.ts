import { expect, it } from 'vitest'
import { Contention, VersionConflict } from '../src/ports/unit-of-work.ts'
import { UnknownObject } from '../src/use-cases/apply-news.ts'

it('names every error, so that a log says which it was', () => {
  expect([new VersionConflict().name, new Contention().name, new UnknownObject().name]).toEqual([
    'VersionConflict',
    'Contention',
    'UnknownObject',
  ])
})
