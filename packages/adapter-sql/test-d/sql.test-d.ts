import type { Transaction, UnitOfWork } from '@holdfast/core'
import {
  type ConstraintViolation,
  migrate,
  openSql,
  sqliteClient,
  sqlOf,
  sqlUnitOfWork,
  type KnexQuery,
  type SqlDatabase,
  type SqlLocation,
  type SqlResult,
  type SqlValue,
  type TransactionSql,
} from '@holdfast/adapter-sql'
import { sqlModule } from '@holdfast/adapter-sql/inversify'
import type { ContainerModule } from 'inversify'
import { expectTypeOf } from 'vitest'

expectTypeOf<SqlLocation['kind']>().toEqualTypeOf<'sqlite' | 'postgres' | 'knex' | 'pg-pool'>()
expectTypeOf<keyof SqlDatabase>().toEqualTypeOf<'unitOfWork' | 'knex' | 'migrate' | 'pending' | 'ping' | 'close'>()
expectTypeOf(openSql).returns.toEqualTypeOf<SqlDatabase>()
expectTypeOf(sqlUnitOfWork).returns.toEqualTypeOf<UnitOfWork>()
expectTypeOf(migrate).returns.resolves.toEqualTypeOf<readonly string[]>()
expectTypeOf(sqlModule).returns.toExtend<ContainerModule>()
expectTypeOf(sqliteClient).parameters.toEqualTypeOf<[]>()

expectTypeOf(sqlOf).parameters.toEqualTypeOf<[tx: Transaction]>()
expectTypeOf(sqlOf).returns.toEqualTypeOf<TransactionSql>()
expectTypeOf<keyof TransactionSql>().toEqualTypeOf<'dialect' | 'run'>()
expectTypeOf<TransactionSql['run']>().toExtend<(text: string, values?: readonly SqlValue[]) => Promise<SqlResult>>()
expectTypeOf<ReturnType<SqlDatabase['knex']['insert']>>().toExtend<KnexQuery>()
expectTypeOf<ReturnType<SqlDatabase['knex']['raw']>>().toExtend<KnexQuery>()
// What a driver makes of a value is for the host to read.
expectTypeOf<SqlResult['rows'][number][string]>().toEqualTypeOf<unknown>()
expectTypeOf<ConstraintViolation['type']>().toEqualTypeOf<
  'unique' | 'foreign_key' | 'check' | 'not_null' | 'exclusion'
>()
