import {
  cookieSessions,
  createHttpAdapter,
  type problemKinds,
  type Authenticator,
  type CookieSessions,
  type HttpAdapter,
  type HttpAdapterOptions,
  type RefusalCode,
} from '@holdfast/adapter-http'
import { httpModule } from '@holdfast/adapter-http/inversify'
import type { ContainerModule } from 'inversify'
import { expectTypeOf } from 'vitest'

expectTypeOf(createHttpAdapter).parameters.toEqualTypeOf<[options: HttpAdapterOptions]>()
expectTypeOf<HttpAdapter['fetch']>().toExtend<(request: Request) => Promise<Response>>()
expectTypeOf(cookieSessions).returns.toEqualTypeOf<CookieSessions>()
expectTypeOf<CookieSessions>().toExtend<Authenticator>()
expectTypeOf(httpModule).returns.toExtend<ContainerModule>()

// Every refusal there is has a status, and the compiler says so.
expectTypeOf<keyof typeof problemKinds>().toEqualTypeOf<RefusalCode>()

declare const options: HttpAdapterOptions
// @ts-expect-error without a verifier there is no server
createHttpAdapter({ ...options, webhookVerifier: undefined })
