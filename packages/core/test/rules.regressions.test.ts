import { describe, expect, it } from 'vitest'
import { tell } from '../src/contracts/rules.contract.ts'
import type { Step } from '../src/contracts/rules/step.ts'
import { memoryUnitOfWork } from '../src/memory/index.ts'

/** Stories that once broke a rule, shrunk, under a name of what they taught. */
const stories: Readonly<Record<string, readonly Step[]>> = {
  'the rest of a wrong sum goes back although somebody had refunded a part of it at the provider': [
    { do: 'book', who: 0, night: 0, checkout: true, trouble: undefined },
    { do: 'pay_wrong', on: 0 },
    { do: 'refund_there', on: 0 },
    { do: 'refund', on: 0, part: 1, key: false, trouble: undefined },
  ],
  'late money that was refunded in part at the provider, while our own refund of all of it was under way': [
    { do: 'book', who: 0, night: 0, checkout: false, trouble: undefined },
    { do: 'checkout', on: 0, times: 1, key: false, trouble: undefined },
    { do: 'cancel', on: 0, times: 1, key: false, trouble: 'unreachable' },
    { do: 'pay', on: 0 },
    { do: 'deliver', on: 0, times: 1 },
    { do: 'refund_there', on: 0 },
    { do: 'book', who: 0, night: 0, checkout: false, trouble: undefined },
    { do: 'deliver', on: 0, times: 1 },
  ],
  'what is topped up for waits for a page of which nobody has heard yet whether it is open': [
    { do: 'book', who: 0, night: 0, checkout: true, trouble: 'error_without_effect' },
    { do: 'top_up_missing', on: 0, upTo: 'heard', trouble: undefined },
    { do: 'pass', ms: 60_000 },
  ],
  'the page whose price changes answers in a status that nobody knows, as often as it is asked for': [
    { do: 'book', who: 0, night: 0, checkout: true, trouble: 'unrecognized_status' },
    { do: 'reprice', on: 0, to: 1 },
  ],
  'a page is asked for while a bank takes its time, after the price was to change': [
    { do: 'book', who: 0, night: 0, checkout: true, trouble: undefined },
    { do: 'pay_later', on: 0 },
    { do: 'reprice', on: 0, to: 1 },
    { do: 'checkout', on: 0, times: 1, key: false, trouble: undefined },
    { do: 'settle_later', on: 0 },
  ],
}

describe('stories that once ended badly', () => {
  for (const [name, steps] of Object.entries(stories))
    for (const webhooks of [true, false])
      it(`${name}, ${webhooks ? 'with' : 'without'} webhooks at the end`, async () => {
        await expect(tell(memoryUnitOfWork(), steps, webhooks)).resolves.toBeUndefined()
      })
})
