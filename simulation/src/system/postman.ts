import { signPayload } from '@holdfast/stripe-simulator'
import type { Kernel } from '../kernel/kernel.ts'
import { ProcessEnded, type Process } from './process.ts'
import type { Letter } from './letters.ts'
import type { News } from './stripe.ts'

/** What becomes of webhooks, as probabilities. */
export interface Post {
  /** Lost for ever, whoever waits for it. With 1 nothing arrives, and nothing is left to chance. */
  readonly loss: number
  readonly twice: number
  /** Held up, for seconds up to days. */
  readonly delay: number
}

/** Carries webhooks: signed, in any order, now, later, twice or never. */
export interface Postman {
  take(news: News): void
  /** Keeps everything until it is let go, in any order. */
  setPaused(paused: boolean): void
  /** Delivers everything that still waits, at once or never; from now on without a hitch, or not at all. */
  heal(webhooks: boolean): void
  /** Hands something over at once, and answers as the process's endpoint does; undefined when it ends meanwhile. */
  hand(process: Process, letter: Letter): Promise<number | undefined>
}

/** What a postman is told, and tells. */
export interface PostmanOptions {
  readonly kernel: Kernel
  readonly post: Post
  /** What Stripe signs with; several while a secret is being rolled. */
  readonly secrets: () => readonly string[]
  readonly pick: () => Process | undefined
  /** A process has answered 2xx: it must know the event. */
  readonly onAcknowledged: (letter: { readonly eventId: string; readonly payload: string }) => void
  readonly count: (what: string) => void
  readonly onLost: (news: News) => void
  readonly onError: (error: unknown) => void
}

/**
 * Delivers as Stripe does: again when the answer is not 2xx, ever later, for three days; signed anew each time.
 */
export const createPostman = ({
  kernel,
  post,
  secrets,
  pick,
  onAcknowledged,
  count,
  onLost,
  onError,
}: PostmanOptions): Postman => {
  let paused = false
  let healed: 'not yet' | 'with webhooks' | 'without' = 'not yet'
  let held: News[] = []
  const { tape } = kernel

  const deliver = async (news: News, tries: number): Promise<void> => {
    if (healed === 'without') return
    const process = pick()
    const status = process === undefined ? 503 : await hand(process, letterOf(news))
    if (status === 200) {
      if (tries > 0) count('webhook_redelivered')
      return
    }
    if (tries >= mostTries) count('webhook_given_up')
    else {
      const waitMs = Math.min(10_000 * 4 ** tries, 12 * 3_600_000)
      kernel.at(waitMs, `post ${news.type}`, () => void deliver(news, tries + 1))
    }
  }

  // Signed when it leaves Stripe, not when it is read.
  const letterOf = ({ eventId, payload }: News): Letter => {
    const signature = signPayload(payload, secrets(), Math.floor(kernel.now() / 1_000))
    return { eventId, payload, signature: () => signature }
  }

  const hand: Postman['hand'] = async (process, letter) => {
    const { payload } = letter
    try {
      return await process.call(async () => {
        await process.epoch.gate('webhook')
        const receivedAt = process.now()
        const verified = await process.verifier.verify({
          rawBody: Buffer.from(payload),
          signature: letter.signature(receivedAt),
          receivedAt,
        })
        if (!verified.ok) {
          count(`webhook_${verified.error.code}`)
          return 400
        }
        count(`webhook_${await process.receive(verified.value)}`)
        onAcknowledged(letter)
        return 200
      })
    } catch (error) {
      onError(error)
      return error instanceof ProcessEnded ? undefined : 500
    }
  }

  const send = (news: News, delayMs: number): void =>
    void kernel.at(delayMs, `post ${news.type}`, () => void deliver(news, 0))

  const delay = (): number => [0, 1, 30, 20 * 60, 5 * 3_600, 26 * 3_600, 3 * 86_400][tape.choose(7, 'post delay')] ?? 0

  return {
    take(news) {
      if (healed === 'without') return
      if (healed === 'with webhooks') return send(news, 100)
      if (post.loss === 1 || tape.chance(post.loss, 'post lost')) {
        onLost(news)
        return count('webhook_lost')
      }
      if (paused) {
        held.push(news)
        return
      }
      const waitMs = tape.chance(post.delay, 'post delayed') ? 1_000 * delay() : 0
      send(news, 100 + waitMs)
      if (!tape.chance(post.twice, 'post twice')) return
      const isEcho = tape.chance(0.5, 'post echo')
      if (isEcho) count('webhook_echoed')
      send(isEcho ? echoOf(news) : news, 100 + 1_000 * delay())
    },
    setPaused(stop) {
      paused = stop
      if (stop) return
      while (held.length > 0) for (const news of held.splice(tape.choose(held.length, 'post order'), 1)) send(news, 1)
    },
    heal(webhooks) {
      healed = webhooks ? 'with webhooks' : 'without'
      if (webhooks) for (const news of held) send(news, 1)
      held = []
    },
    hand,
  }
}

/** Stripe now and then makes two events of one thing; this one as an endpoint with an older API version gets it. */
const echoOf = ({ eventId, type, payload }: News): News => {
  const event = JSON.parse(payload) as object
  const id = `${eventId}_echo`
  return { eventId: id, type, payload: JSON.stringify({ ...event, id, api_version: '2019-12-03' }) }
}

// Ten seconds, forty, … twelve hours: about three days in all.
const mostTries = 12
