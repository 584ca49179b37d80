import type pg from 'pg'

/** Sends statements, and knows which of them wait for a lock. */
export interface Exchange {
  /**
   * Sends a statement. Before anybody hears of any answer, everything that was sent is answered or waits for a lock; answers
   * are heard in the order in which the statements were sent. What had to wait is heard after `late` only, since somebody
   * else's step has set it free.
   */
  send(client: pg.Client, query: pg.QueryConfig, late: () => Promise<void>): Promise<pg.QueryResult>
  /** The same after connections were ended, which may have let others go on. */
  settle(): Promise<void>
}

/** What an {@link Exchange} asks and tells. */
export interface ExchangeOptions {
  /** A connection that nobody else uses, to ask who waits for whom. */
  readonly monitor: pg.Client
  readonly busy: <T>(work: Promise<T>) => Promise<T>
  readonly count: (what: string) => void
}

interface Sent {
  readonly processId: number
  /** Present once it is answered. */
  hear?: () => void
  waits: boolean
}

/**
 * One step of one process at a time, on a server that works by itself: as Postgres' own isolation tester does it, a
 * statement is given time until it is answered or seen to wait for somebody else's lock.
 */
export const createExchange = ({ monitor, busy, count }: ExchangeOptions): Exchange => {
  let inFlight: Sent[] = []
  /** The last answer on a connection that waits to be heard. */
  const held = new WeakMap<pg.Client, Promise<void>>()
  let answers = 0
  let mayHaveReleased = false
  let tellAnswer = (): void => {}
  let settling: Promise<void> = Promise.resolve()

  const answered = (): void => {
    answers += 1
    tellAnswer()
  }
  const nextAnswer = (mostMs: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, mostMs)
      tellAnswer = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  const unanswered = (): readonly Sent[] => inFlight.filter(({ hear }) => hear === undefined)

  /** Resolves when whatever is not answered waits for a lock that somebody at rest holds. */
  const comeToRest = async (): Promise<void> => {
    let stillSinceMs: number | undefined
    for (;;) {
      const open = unanswered()
      const isOld = open.every(({ waits }) => waits)
      if (open.length === 0 || (isOld && !mayHaveReleased)) return
      const before = answers
      if (!isOld) await nextAnswer(answerMs)
      if (answers !== before) continue
      const blockers = await askWhoWaits(monitor, [...new Set(open.map(({ processId }) => processId))])
      if (answers !== before) continue
      const isStill = [...blockers.values()].every((holders) => holders.length > 0) && !hasCycle(blockers)
      if (!isStill) {
        stillSinceMs = undefined
        await nextAnswer(1)
        continue
      }
      stillSinceMs ??= performance.now()
      // By then, Postgres has looked for a deadlock, too: the next one to wait is who will be told of one.
      if (isOld || performance.now() - stillSinceMs > deadlockTimeoutMs + 3) {
        if (!isOld && isQueue(blockers)) count('server_decides')
        for (const sent of open) {
          if (!sent.waits) count('waited_for_lock')
          sent.waits = true
        }
        mayHaveReleased = false
        return
      }
      await nextAnswer(1)
    }
  }

  const settleNow = async (): Promise<void> => {
    await comeToRest()
    const heard = inFlight.filter(({ hear }) => hear !== undefined)
    inFlight = inFlight.filter(({ hear }) => hear === undefined)
    for (const { hear } of heard) hear?.()
  }
  const settle = (): Promise<void> => {
    settling = settling.then(settleNow)
    return busy(settling)
  }

  return {
    send: (client, query, late) =>
      new Promise((resolve, reject) => {
        const sent: Sent = { processId: processIdOf(client), waits: false }
        inFlight.push(sent)
        const hearing = (tell: () => void) => () => {
          const before = held.get(client)
          if (before === undefined && !sent.waits) {
            tell()
            return
          }
          // Behind an answer on the same connection that is not heard yet: the first one to fail is heard of first.
          const inTurn = before === undefined ? late() : before.then(() => (sent.waits ? late() : undefined))
          const heard = inTurn.then(() => {
            if (held.get(client) === heard) held.delete(client)
            tell()
          })
          held.set(client, heard)
        }
        const released = /^(COMMIT|ROLLBACK)/.test(query.text)
        client.query(query).then(
          (answer) => {
            if (released) mayHaveReleased = true
            sent.hear = hearing(() => resolve(answer))
            answered()
          },
          (error: Error & { readonly code?: string }) => {
            // A transaction lets go of its locks as soon as a statement of it has failed.
            mayHaveReleased = true
            if (error.code !== undefined) count(`sqlstate:${error.code}`)
            sent.hear = hearing(() => reject(error))
            answered()
          },
        )
        void settle()
      }),
    settle() {
      mayHaveReleased = true
      return settle()
    },
  }
}

/** How long a statement may wait before Postgres looks for a deadlock: hardly at all. */
export const deadlockTimeoutMs = 1

// Hardly any statement takes longer, unless it waits.
const answerMs = 1

/** The process that serves a connection. */
export const processIdOf = (client: pg.Client): number =>
  (client as unknown as { readonly processID: number }).processID

const askWhoWaits = async (
  monitor: pg.Client,
  processIds: readonly number[],
): Promise<ReadonlyMap<number, readonly number[]>> => {
  const { rows } = await monitor.query<{ pid: number; holders: number[] }>({
    name: 'monitor',
    text: 'SELECT pid, pg_blocking_pids(pid) AS holders FROM unnest($1::int[]) AS pid',
    values: [processIds],
  })
  return new Map(rows.map(({ pid, holders }) => [pid, holders]))
}

/** True where several wait for one: which of them is next is for the server to say. */
const isQueue = (holders: ReadonlyMap<number, readonly number[]>): boolean => {
  const all = [...holders.values()].flat()
  return new Set(all).size < all.length
}

const hasCycle = (holders: ReadonlyMap<number, readonly number[]>): boolean => {
  const over = new Set<number>()
  const leadsBack = (pid: number, path: ReadonlySet<number>): boolean => {
    if (path.has(pid)) return true
    if (over.has(pid)) return false
    over.add(pid)
    return (holders.get(pid) ?? []).some((next) => leadsBack(next, new Set([...path, pid])))
  }
  return [...holders.keys()].some((pid) => leadsBack(pid, new Set()))
}
