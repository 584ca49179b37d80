import { afterAll, beforeEach, describe, it } from 'vitest'

/** One promise of a port: the words of its docstring, and what must hold of an adapter that keeps it. */
export interface ContractPromise<Subject> {
  readonly words: string
  /** Throws when `subject`, fresh and empty, does not keep the promise. */
  readonly keptBy: (subject: Subject) => Promise<void>
}

/** An adapter, as the suites see it. */
export interface Harness<Subject> {
  readonly name: string
  /** A fresh and empty one. Called before every test. */
  readonly open: () => Promise<Subject>
  /** Called once, after the last test. */
  readonly close?: () => Promise<void>
  /** Promises this adapter does not keep, in their own words, and why. One that is listed and kept is an error. */
  readonly skip?: readonly { readonly test: string; readonly reason: string }[]
}

/** Says a promise and how to test it. */
export const promise = <Subject>(
  words: string,
  keptBy: (subject: Subject) => Promise<void>,
): ContractPromise<Subject> => ({ words, keptBy })

/** Runs a contract against an adapter: one test per promise. @throws when `skip` names a promise that nobody made. */
export const runContract = <Subject>(
  contract: string,
  promises: readonly ContractPromise<Subject>[],
  { name, open, close, skip = [] }: Harness<Subject>,
): void => {
  const reasons = new Map(skip.map(({ test, reason }) => [test, reason]))
  for (const words of reasons.keys())
    if (!promises.some((each) => each.words === words)) throw new Error(`Nobody promised '${words}'.`)

  describe(`${name} keeps the ${contract} contract`, () => {
    let subject: Subject
    beforeEach(async () => {
      subject = await open()
    })
    afterAll(async () => close?.())
    for (const { words, keptBy } of promises) {
      const reason = reasons.get(words)
      if (reason === undefined) it(words, () => keptBy(subject))
      else it.fails(`${words} (skipped: ${reason})`, () => keptBy(subject))
    }
  })
}
