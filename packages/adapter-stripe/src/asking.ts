import type { ProviderAnswer } from '@holdfast/core'
import type { z } from 'zod'
import { problemOf, type Problem } from './failure.ts'

/** What came of asking Stripe for an object: the object, or what stands in the way of it. */
export type Asked<Body> = { readonly type: 'got'; readonly body: Body } | Problem

/**
 * Makes a call and reads what it answers.
 *
 * The SDK takes any JSON without an `error` for success, whatever its status: a body that is not the object asked for
 * is an answer that says nothing.
 */
export const ask = async <Body>(wire: z.ZodType<Body>, call: () => Promise<unknown>): Promise<Asked<Body>> => {
  try {
    const read = wire.safeParse(await call())
    if (read.success) return { type: 'got', body: read.data }
    const [issue] = read.error.issues
    return {
      type: 'unknown',
      answered: true,
      detail: `Stripe's answer is not the object asked for: ${issue?.path.join('.')} ${issue?.message}`,
    }
  } catch (error) {
    return problemOf(error)
  }
}

type LookUpAnswer = Extract<ProviderAnswer<never>, { readonly type: 'absent' | 'unreachable' | 'unknown' }>

/**
 * A problem of a call that only looks: what is missing is absent, and being refused proves nothing about what was
 * looked for.
 */
export const ofLookUp = (problem: Problem): LookUpAnswer => {
  switch (problem.type) {
    case 'missing':
      return { type: 'absent' }
    case 'refused':
    case 'declined':
      return {
        type: 'unknown',
        answered: true,
        inService: true,
        detail: problem.failure.detail ?? problem.failure.code,
      }
    case 'unreachable':
    case 'unknown':
      return problem
  }
}
