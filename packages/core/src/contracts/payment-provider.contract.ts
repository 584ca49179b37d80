import { beforeEach, describe, expect, it } from 'vitest'
import { promisesOfCharges } from './payment-provider-charges.contract.ts'
import { promisesOfClosing } from './payment-provider-closing.contract.ts'
import type { PaymentProviderFixture } from './payment-provider-fixture.ts'
import { promisesOfLookUps } from './payment-provider-look-ups.contract.ts'
import { promisesOfPages } from './payment-provider-pages.contract.ts'
import { promisesOfRefunds } from './payment-provider-refunds.contract.ts'

export type { ContractFault, ContractPayer, PaymentProviderFixture } from './payment-provider-fixture.ts'

export interface PaymentProviderHarness {
  readonly name: string
  /** Called before every test. */
  readonly open: () => Promise<PaymentProviderFixture>
  /** Called after every test. */
  readonly close?: () => Promise<void>
  /** Promises this provider does not keep, and why. Anything listed and kept is an error. */
  readonly skip?: readonly { readonly test: string; readonly reason: string }[]
}

/** What every {@link PaymentProvider} promises. Run it from the adapter's own package. */
export const paymentProviderContract = ({ name, open, close, skip = [] }: PaymentProviderHarness): void => {
  const reasons = new Map(skip.map(({ test, reason }) => [test, reason]))
  const promises = (test: string, body: (fixture: PaymentProviderFixture) => Promise<void>): void => {
    const reason = reasons.get(test)
    reasons.delete(test)
    const run = async (): Promise<void> => body(fixture)
    if (reason === undefined) it(test, run)
    else it.fails(`${test} (skipped: ${reason})`, run)
  }
  let fixture: PaymentProviderFixture

  describe(`${name} keeps the payment-provider contract`, () => {
    beforeEach(async () => {
      fixture = await open()
      return close
    })

    describe('pages', () => promisesOfPages(promises))
    describe('closing', () => promisesOfClosing(promises))
    describe('saved cards', () => promisesOfCharges(promises))
    describe('look-ups', () => promisesOfLookUps(promises))
    describe('refunds', () => promisesOfRefunds(promises))
    it('is skipped only in tests that exist', () => expect([...reasons.keys()]).toEqual([]))
  })
}
