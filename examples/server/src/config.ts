import { dirname, join, resolve } from 'node:path'
import { err, ok, type Result } from '@holdfast/core'
import { z } from 'zod'

/** Where everything is kept. */
export type DatabaseConfig =
  | { readonly type: 'sqlite'; readonly file: string }
  | { readonly type: 'postgres'; readonly url: string }

/** The Redis that work goes through, and what this server's keys in it begin with. */
export interface RedisConfig {
  readonly url: string
  readonly prefix: string
}

/** Which Stripe is talked to. */
export type StripeConfig =
  /** The simulator, inside this process. Its whole state is in the file. */
  | { readonly type: 'simulator'; readonly stateFile: string }
  /** Stripe itself, or anything that speaks its language at `apiBase`. */
  | {
      readonly type: 'remote'
      readonly apiKey: string
      readonly apiBase: string | undefined
      readonly webhookSecrets: readonly [string, ...string[]]
      readonly livemode: boolean
      /** The other side is a simulator whose clock and controls are to be used. */
      readonly followClock: boolean
    }

/** Everything that can be set about this server. */
export interface Config {
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  /** Where browsers reach this server, without a slash at the end. Absent: the address that it listens on. */
  readonly publicUrl: string | undefined
  /** Where what this server keeps beside the database is: the session secret, the simulator's state. */
  readonly dataFolder: string
  readonly database: DatabaseConfig
  /** The Redis that work goes through. Absent: this process looks for it in the database. */
  readonly redis: RedisConfig | undefined
  readonly stripe: StripeConfig
  /** The first signs, all verify. Absent: one is made, and kept in the data folder. */
  readonly sessionSecrets: readonly [string, ...string[]] | undefined
  readonly production: boolean
  readonly logLevel: 'silent' | 'error' | 'warn' | 'info' | 'debug'
  readonly logFormat: 'json' | 'text' | undefined
}

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Reads the settings from the environment. Refuses with one sentence for each thing that has to be mended. */
export const readConfig = (environment: Environment, folder: string): Result<Config, readonly string[]> => {
  const isEmpty = (value: string | undefined): boolean => value === undefined || value.trim() === ''
  const emptied = secretNames.filter((name) => environment[name] !== undefined && isEmpty(environment[name]))
  if (emptied.length > 0)
    return err(emptied.map((name) => `${name}: it is set, and empty. Give it its value, or do not set it at all.`))
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => !isEmpty(value)))
  const parsed = variables.safeParse(given)
  if (!parsed.success) return err(parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`))
  const env = parsed.data
  const database = databaseOf(env.DATABASE_URL, folder)
  const dataFolder = database.type === 'sqlite' ? dirname(database.file) : resolve(folder, '.data')
  const stripe = stripeOf(env, database, dataFolder)
  if (!stripe.ok) return stripe
  const production = env.NODE_ENV === 'production'
  if (production && env.SESSION_SECRET === undefined)
    return err([
      'SESSION_SECRET: in production it has to be set. Give 32 random characters or more, the same to every process.',
    ])
  return ok({
    host: env.HOST,
    port: env.PORT,
    publicUrl: env.PUBLIC_URL,
    dataFolder,
    database,
    redis: env.REDIS_URL === undefined ? undefined : { url: env.REDIS_URL, prefix: env.REDIS_PREFIX },
    stripe: stripe.value,
    sessionSecrets: env.SESSION_SECRET,
    production,
    logLevel: env.LOG_LEVEL,
    logFormat: env.LOG_FORMAT,
  })
}

// A secret that is empty got lost on its way here. Without it the server would take no money, and look as if it did.
const secretNames = ['STRIPE_SECRET_KEY', 'STRIPE_WEBHOOK_SECRET', 'SESSION_SECRET'] as const

const origin = (name: string) =>
  z.string().transform((text, { issues }) => {
    const url = URL.canParse(text) ? new URL(text) : undefined
    if (url !== undefined && /^https?:$/.test(url.protocol) && url.pathname === '/' && url.search === '')
      return url.origin
    issues.push({
      code: 'custom',
      input: text,
      message: `'${text}' is not an address of scheme, host and port. Give one like ${name}, with nothing after it.`,
    })
    return z.NEVER
  })

const list = (check: (part: string) => string | undefined) =>
  z.string().transform((text, { issues }): readonly [string, ...string[]] => {
    const [first = '', ...rest] = text.split(',').map((part) => part.trim())
    for (const part of [first, ...rest]) {
      const problem = check(part)
      if (problem !== undefined) issues.push({ code: 'custom', input: text, message: problem })
    }
    return [first, ...rest]
  })

const oneOf = <const Choice extends string>(choices: readonly [Choice, ...Choice[]]) =>
  z.enum(choices, { error: `Give one of ${choices.join(', ')}, or leave it out.` })

const variables = z.object({
  HOST: z.string().default('127.0.0.1'),
  PORT: z
    .string()
    .regex(/^\d{1,5}$/, {
      error: ({ input }) =>
        `'${String(input)}' is not a port. Give a number from 0 to 65535, or leave it out for 3000.`,
    })
    .transform(Number)
    .pipe(z.number().max(65_535, { error: 'Ports end at 65535. Give a smaller number, or leave it out for 3000.' }))
    .default(3000),
  PUBLIC_URL: origin('https://stays.example.com').optional(),
  DATABASE_URL: z
    .string()
    .refine((text) => /^postgres(ql)?:\/\/./.test(text) || !/^[a-z][a-z+.-]+:\/\//i.test(text), {
      error: ({ input }) =>
        `Databases of the kind '${String(input).split('://')[0]}' are not known here. Give postgres://… or the path of a SQLite file.`,
    })
    .optional(),
  REDIS_URL: z
    .string()
    .refine((text) => /^rediss?:$/.test(URL.canParse(text) ? new URL(text).protocol : ''), {
      error: 'It is no address of a Redis. Give one like redis://127.0.0.1:6379, or leave it out to do without.',
    })
    .optional(),
  REDIS_PREFIX: z
    .string()
    .regex(/^[\w-]+$/, { error: 'Give letters, digits, - and _, or leave it out for holdfast.' })
    .default('holdfast'),
  STRIPE_SECRET_KEY: z
    .string()
    .regex(/^(sk|rk)_(test|live)_\w+$/, {
      error: 'A secret key looks like sk_test_… or rk_live_…. Copy it from the Stripe dashboard, under Developers.',
    })
    .optional(),
  STRIPE_WEBHOOK_SECRET: list((part) =>
    /^whsec_\S+$/.test(part)
      ? undefined
      : "A webhook's signing secret looks like whsec_…. Copy it from the endpoint in the Stripe dashboard; several are separated by commas.",
  ).optional(),
  STRIPE_API_BASE: origin('http://127.0.0.1:12111').optional(),
  STRIPE_SIMULATOR_STATE: z.string().optional(),
  SESSION_SECRET: list((part) =>
    part.length >= 32 ? undefined : 'A session secret has 32 characters or more. Make one with: openssl rand -hex 32',
  ).optional(),
  DEMO_CLOCK: oneOf(['0', '1']).default('0'),
  NODE_ENV: z.string().optional(),
  LOG_LEVEL: oneOf(['silent', 'error', 'warn', 'info', 'debug']).default('info'),
  LOG_FORMAT: oneOf(['json', 'text']).optional(),
})

const databaseOf = (url: string | undefined, folder: string): DatabaseConfig =>
  url !== undefined && /^postgres(ql)?:/.test(url)
    ? { type: 'postgres', url }
    : { type: 'sqlite', file: resolve(folder, url ?? join('.data', 'holdfast.db')) }

const stripeOf = (
  env: z.infer<typeof variables>,
  database: DatabaseConfig,
  dataFolder: string,
): Result<StripeConfig, readonly string[]> => {
  const { STRIPE_SECRET_KEY: apiKey, STRIPE_WEBHOOK_SECRET: webhookSecrets, STRIPE_API_BASE: apiBase, DEMO_CLOCK } = env
  if (apiKey === undefined && apiBase === undefined) {
    if (webhookSecrets !== undefined)
      return err([
        'STRIPE_WEBHOOK_SECRET: there is no STRIPE_SECRET_KEY to go with it. Set both for Stripe, or neither for the simulator.',
      ])
    if (DEMO_CLOCK === '1')
      return err([
        "DEMO_CLOCK: the simulator in this process has its clock followed anyway. Leave it out, or set STRIPE_API_BASE to a simulator's address.",
      ])
    const beside =
      database.type === 'sqlite'
        ? `${database.file.replace(/\.db$/, '')}.stripe`
        : join(dataFolder, `${databaseName(database.url)}.stripe`)
    return ok({ type: 'simulator', stateFile: resolve(env.STRIPE_SIMULATOR_STATE ?? beside) })
  }
  const missing = [
    ...(apiKey === undefined
      ? [
          'STRIPE_SECRET_KEY: STRIPE_API_BASE is set, so a key is needed too. For a simulator, sk_test_anything will do.',
        ]
      : []),
    ...(webhookSecrets === undefined
      ? [
          "STRIPE_WEBHOOK_SECRET: without it nobody could tell Stripe's webhooks from anybody else's. Set it to the signing secret of your endpoint, whsec_…",
        ]
      : []),
    ...(DEMO_CLOCK === '1' && apiBase === undefined
      ? [
          "DEMO_CLOCK: Stripe's own clock cannot be moved. Leave it out, or set STRIPE_API_BASE to a simulator's address.",
        ]
      : []),
  ]
  if (apiKey === undefined || webhookSecrets === undefined || missing.length > 0) return err(missing)
  return ok({
    type: 'remote',
    apiKey,
    apiBase,
    webhookSecrets,
    livemode: /_live_/.test(apiKey),
    followClock: DEMO_CLOCK === '1',
  })
}

const databaseName = (url: string): string => new URL(url).pathname.replaceAll(/[^\w-]/g, '') || 'postgres'
