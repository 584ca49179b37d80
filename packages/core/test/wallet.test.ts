import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { currency } from '../src/kernel/money.ts'
import { ownerId } from '../src/contracts/samples.ts'
import { decideWallet, emptyWallet, evolveWallet, shortOf, type WalletCommand } from '../src/wallet/wallet.ts'

const empty = emptyWallet(ownerId('ana'), currency('MXN'))
const holding = (balance: bigint) => ({ ...empty, balance })

describe('a wallet', () => {
  it('takes what is put into it, and gives what is in it, to the last centavo', () => {
    expect(decideWallet(empty, { type: 'credit', minorUnits: 5n })).toMatchObject({
      events: [{ type: 'credited', minorUnits: 5n }],
    })
    expect(decideWallet(holding(5n), { type: 'debit', minorUnits: 5n, asFarAsThereIs: false })).toMatchObject({
      events: [{ type: 'debited', minorUnits: 5n }],
    })
  })

  it('refuses to give more than is in it, and says what is missing', () => {
    expect(decideWallet(holding(5n), { type: 'debit', minorUnits: 6n, asFarAsThereIs: false })).toEqual({
      ok: false,
      refusal: {
        code: 'wallet_insufficient',
        balance: { minorUnits: 5n, currency: 'MXN' },
        missing: { minorUnits: 1n, currency: 'MXN' },
      },
    })
  })

  it('gives what there is where the provider has taken the money already', () => {
    expect(decideWallet(holding(5n), { type: 'debit', minorUnits: 6n, asFarAsThereIs: true })).toMatchObject({
      events: [{ type: 'debited', minorUnits: 5n }],
    })
  })

  it('knows that nothing is missing for what it holds', () => {
    expect(shortOf(holding(5n), 5n).missing.minorUnits).toBe(0n)
    expect(shortOf(holding(5n), 4n).missing.minorUnits).toBe(0n)
    expect(shortOf(holding(5n), 9n).missing.minorUnits).toBe(4n)
  })

  it('is the sum of its movements and never negative, whatever is put to it', () => {
    const minorUnits = fc.bigInt({ min: 0n, max: 10n ** 20n })
    const command: fc.Arbitrary<WalletCommand> = fc.oneof(
      fc.record({ type: fc.constant('credit' as const), minorUnits }),
      fc.record({ type: fc.constant('debit' as const), minorUnits, asFarAsThereIs: fc.boolean() }),
    )
    fc.assert(
      fc.property(fc.array(command, { maxLength: 50 }), (commands) => {
        let wallet = empty
        let sum = 0n
        for (const each of commands) {
          const decision = decideWallet(wallet, each)
          if (!decision.ok) continue
          for (const event of decision.events) {
            wallet = evolveWallet(wallet, event)
            sum += event.type === 'credited' ? event.minorUnits : -event.minorUnits
          }
          expect(wallet.balance).toBe(sum)
          expect(wallet.balance >= 0n).toBe(true)
        }
      }),
    )
  })
})
