import type { UnitOfWork } from '@holdfast/core'
import {
  migrate,
  openSql,
  sqliteClient,
  sqlUnitOfWork,
  type SqlDatabase,
  type SqlLocation,
} from '@holdfast/adapter-sql'
import { sqlModule } from '@holdfast/adapter-sql/inversify'
import type { ContainerModule } from 'inversify'
import { expectTypeOf } from 'vitest'

expectTypeOf<SqlLocation['kind']>().toEqualTypeOf<'sqlite' | 'postgres' | 'knex' | 'pg-pool'>()
expectTypeOf<keyof SqlDatabase>().toEqualTypeOf<'unitOfWork' | 'knex' | 'migrate' | 'ping' | 'close'>()
expectTypeOf(openSql).returns.toEqualTypeOf<SqlDatabase>()
expectTypeOf(sqlUnitOfWork).returns.toEqualTypeOf<UnitOfWork>()
expectTypeOf(migrate).returns.resolves.toEqualTypeOf<readonly string[]>()
expectTypeOf(sqlModule).returns.toExtend<ContainerModule>()
expectTypeOf(sqliteClient).parameters.toEqualTypeOf<[]>()
