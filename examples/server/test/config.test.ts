import { describe, expect, it } from 'vitest'
import { readConfig, type Environment } from '../src/config.ts'

const refused = (environment: Environment): readonly string[] => {
  const read = readConfig(environment, '/srv')
  return read.ok ? [] : read.error
}
const stripeOf = (environment: Environment) => {
  const read = readConfig(environment, '/srv')
  if (!read.ok) throw new Error(read.error.join('\n'))
  return read.value.stripe
}
const key = 'sk_test_abc123'
const secret = 'whsec_abc'

describe('settings', () => {
  it('are all optional: a file, the simulator, and a port that only this machine reaches', () => {
    expect(readConfig({}, '/srv')).toEqual({
      ok: true,
      value: {
        host: '127.0.0.1',
        port: 3000,
        publicUrl: undefined,
        dataFolder: '/srv/.data',
        database: { type: 'sqlite', file: '/srv/.data/holdfast.db' },
        stripe: { type: 'simulator', stateFile: '/srv/.data/holdfast.stripe' },
        sessionSecrets: undefined,
        production: false,
        logLevel: 'info',
        logFormat: undefined,
      },
    })
  })

  it('that are empty are not set', () => {
    expect(readConfig({ PORT: '', DATABASE_URL: ' ', LOG_LEVEL: '' }, '/srv')).toEqual(readConfig({}, '/srv'))
  })

  it.each(['STRIPE_SECRET_KEY', 'STRIPE_WEBHOOK_SECRET', 'SESSION_SECRET'])('are refused where %s is empty', (name) => {
    for (const empty of ['', '  '])
      expect(refused({ STRIPE_SECRET_KEY: key, STRIPE_WEBHOOK_SECRET: secret, [name]: empty })).toEqual([
        `${name}: it is set, and empty. Give it its value, or do not set it at all.`,
      ])
  })

  it('keep the simulator beside the database that it belongs to', () => {
    expect(stripeOf({ DATABASE_URL: 'other/shop.db' })).toEqual({
      type: 'simulator',
      stateFile: '/srv/other/shop.stripe',
    })
    expect(stripeOf({ DATABASE_URL: 'postgres://me@db:5432/stays' })).toEqual({
      type: 'simulator',
      stateFile: '/srv/.data/stays.stripe',
    })
  })

  it('tell live keys from test keys', () => {
    expect(stripeOf({ STRIPE_SECRET_KEY: 'rk_live_abc', STRIPE_WEBHOOK_SECRET: secret })).toMatchObject({
      type: 'remote',
      livemode: true,
    })
    expect(stripeOf({ STRIPE_SECRET_KEY: key, STRIPE_WEBHOOK_SECRET: `${secret}, whsec_old` })).toMatchObject({
      livemode: false,
      webhookSecrets: [secret, 'whsec_old'],
    })
  })

  it.each<[string, Environment, RegExp]>([
    ['a port that is none', { PORT: 'web' }, /^PORT: 'web' is not a port\. Give a number/],
    ['a port beyond the last', { PORT: '70000' }, /^PORT: Ports end at 65535/],
    ['a public address with a path', { PUBLIC_URL: 'https://a.example/shop' }, /^PUBLIC_URL: .*with nothing after it/],
    [
      'a database of another kind',
      { DATABASE_URL: 'mysql://root@db/stays' },
      /^DATABASE_URL: Databases of the kind 'mysql' are not known here/,
    ],
    [
      'a key that is none',
      { STRIPE_SECRET_KEY: 'hello', STRIPE_WEBHOOK_SECRET: secret },
      /^STRIPE_SECRET_KEY: A secret key looks like sk_test_/,
    ],
    [
      'a key that may be published',
      { STRIPE_SECRET_KEY: 'pk_test_1', STRIPE_WEBHOOK_SECRET: secret },
      /^STRIPE_SECRET_KEY: /,
    ],
    [
      'a real key without a webhook secret',
      { STRIPE_SECRET_KEY: key },
      /^STRIPE_WEBHOOK_SECRET: without it nobody could tell/,
    ],
    [
      'a webhook secret that is none',
      { STRIPE_SECRET_KEY: key, STRIPE_WEBHOOK_SECRET: 'abc' },
      /^STRIPE_WEBHOOK_SECRET: .*looks like whsec_/,
    ],
    [
      'a webhook secret without a key',
      { STRIPE_WEBHOOK_SECRET: secret },
      /^STRIPE_WEBHOOK_SECRET: there is no STRIPE_SECRET_KEY/,
    ],
    [
      'another Stripe without a key',
      { STRIPE_API_BASE: 'http://127.0.0.1:12111', STRIPE_WEBHOOK_SECRET: secret },
      /^STRIPE_SECRET_KEY: STRIPE_API_BASE is set/,
    ],
    [
      'a Stripe that is no address',
      { STRIPE_API_BASE: 'localhost:12111', STRIPE_SECRET_KEY: key, STRIPE_WEBHOOK_SECRET: secret },
      /^STRIPE_API_BASE: /,
    ],
    [
      "moving Stripe's own clock",
      { DEMO_CLOCK: '1', STRIPE_SECRET_KEY: key, STRIPE_WEBHOOK_SECRET: secret },
      /^DEMO_CLOCK: Stripe's own clock cannot be moved/,
    ],
    ['a session secret that is short', { SESSION_SECRET: 'short' }, /^SESSION_SECRET: .*32 characters or more/],
    ['production without a session secret', { NODE_ENV: 'production' }, /^SESSION_SECRET: in production/],
    ['a log level that is none', { LOG_LEVEL: 'loud' }, /^LOG_LEVEL: Give one of silent, error/],
  ])('refuse %s, and say what to do', (_, environment, message) => {
    expect(refused(environment)).toEqual([expect.stringMatching(message)])
  })

  it('name everything that is wrong at once', () => {
    expect(refused({ PORT: 'x', LOG_FORMAT: 'x' })).toHaveLength(2)
  })
})
