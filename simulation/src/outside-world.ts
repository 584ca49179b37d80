import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'

/** Thrown where our own code asks the machine for time, chance or the network, and not its ports: that cannot be repeated. */
export class OutsideWorld extends Error {
  override readonly name = 'OutsideWorld'
}

/** A guard over what the machine has to offer, for as long as a run takes. */
export interface Guard {
  /** What was thrown first, in case that whoever it was thrown at kept it for himself. */
  readonly breach: OutsideWorld | undefined
  lift(): void
}

/**
 * Keeps our own packages away from the machine's time, chance and network until it is lifted. Whoever else asks, such as
 * Node itself or the SDK, is answered as ever. Several may stand at once.
 */
export const guardOutsideWorld = (): Guard => {
  if (standing === 0) takeBack = forbidAll()
  standing += 1
  const before = breaches.length
  let isLifted = false
  return {
    get breach() {
      return breaches[before]
    },
    lift() {
      if (isLifted) return
      isLifted = true
      standing -= 1
      if (standing === 0) takeBack()
    },
  }
}

let standing = 0
let takeBack = (): void => {}
const breaches: OutsideWorld[] = []

/** Our own code, as a stack shows it: wherever it lies, but not what was installed for it. */
const ourOwn = /[/\\](?:packages[/\\][^/\\]+|simulation)[/\\](?:src|dist|test)[/\\](?!.*node_modules)/

/** A server outside has its own time: who talks to it may wait for it. What that does to a run is for the run to be kept from. */
const talksToServer = /[/\\]simulation[/\\](?:src|dist)[/\\]system[/\\]postgres/

const forbid = (name: string, asked: (...args: never[]) => unknown): void => {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 1
  const here: { stack?: string } = {}
  Error.captureStackTrace(here, asked)
  Error.stackTraceLimit = limit
  const [, caller = ''] = here.stack?.split('\n') ?? []
  if (!ourOwn.test(caller) || talksToServer.test(caller)) return
  const breach = new OutsideWorld(`${name} was asked ${caller.trim()}`)
  breaches.push(breach)
  throw breach
}

type Anything = (...args: unknown[]) => unknown

const forbidAll = (): (() => void) => {
  const restore: (() => void)[] = []
  const replace = (owner: object, property: string, name: string): void => {
    const before = Object.getOwnPropertyDescriptor(owner, property)
    const original = Reflect.get(owner, property) as Anything
    const asked = function (this: unknown, ...args: unknown[]): unknown {
      forbid(name, asked)
      return Reflect.apply(original, this, args)
    }
    Object.defineProperty(owner, property, { value: asked, configurable: true, writable: true })
    restore.push(() => {
      if (before === undefined) Reflect.deleteProperty(owner, property)
      else Object.defineProperty(owner, property, before)
    })
  }
  replace(Date, 'now', 'Date.now')
  replace(performance, 'now', 'performance.now')
  replace(Math, 'random', 'Math.random')
  replace(globalThis, 'setTimeout', 'setTimeout')
  replace(globalThis, 'setInterval', 'setInterval')
  replace(globalThis, 'fetch', 'fetch')
  replace(globalThis.crypto, 'randomUUID', 'crypto.randomUUID')
  replace(globalThis.crypto, 'getRandomValues', 'crypto.getRandomValues')
  replace(crypto, 'randomUUID', 'crypto.randomUUID')
  replace(crypto, 'randomBytes', 'crypto.randomBytes')
  syncBuiltinESMExports()
  const { Date: RealDate } = globalThis
  const construct: ProxyHandler<DateConstructor> = {
    construct(target, args: readonly unknown[], newTarget) {
      if (args.length === 0) forbid('new Date()', construct.construct as Anything)
      return Reflect.construct(target, args as unknown[], newTarget) as Date
    },
  }
  globalThis.Date = new Proxy(RealDate, construct)
  return () => {
    globalThis.Date = RealDate
    for (const undo of restore) undo()
    syncBuiltinESMExports()
  }
}
