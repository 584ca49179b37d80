import type { UnitOfWork } from '@holdfast/core'
import { ContainerModule } from 'inversify'
import { openSql, type SqlDatabase, type SqlLocation } from './open-sql.ts'
import type { SqlOptions } from './retry.ts'

/** What {@link sqlModule} binds, by name. */
export interface SqlServices {
  readonly sqlDatabase: SqlDatabase
  readonly unitOfWork: UnitOfWork
}

/**
 * Binds `sqlDatabase` and `unitOfWork` to one database. It is closed when the container unbinds it, for instance by
 * `container.unbindAllAsync()`. The tables are the host's to bring up to date, by `sqlDatabase.migrate()`.
 */
export const sqlModule = (location: SqlLocation, options: SqlOptions = {}): ContainerModule =>
  new ContainerModule(({ bind }) => {
    bind<SqlDatabase>('sqlDatabase')
      .toDynamicValue(() => openSql(location, options))
      .inSingletonScope()
      .onDeactivation((database) => database.close())
    bind<UnitOfWork>('unitOfWork')
      .toResolvedValue((database: SqlDatabase) => database.unitOfWork, ['sqlDatabase'])
      .inSingletonScope()
  })
