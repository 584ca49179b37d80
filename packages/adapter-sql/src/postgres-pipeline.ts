import type { Outcome, Row } from './session.ts'
import type { Value } from './statement.ts'

/** A statement for Postgres. With a name, a connection prepares it once; without, each time. */
export interface PgStatement {
  readonly name?: string | undefined
  readonly text: string
  /** For a statement without a name: values come as `pg` makes them of their columns' types. */
  readonly typed?: true
}

/** What became of a statement. Values may be text, whatever the column's type. */
export interface PgOutcome extends Outcome {
  /** The first word of it as the server understood it: `UPDATE`, `COMMIT`. */
  readonly command: string
}

/** Of a connection of `pg`, what is used of it. */
interface PgClient {
  query(batch: Batch): unknown
  query(query: PgStatement & { readonly values: readonly Value[] }): Promise<PgAnswer>
  /** What makes a value of a type out of its text. */
  getTypeParser(type: number, format: 'text'): (text: string) => unknown
  /** True where the host has told `pg` to send queries without waiting for answers: it then takes no batches. */
  readonly pipeline?: boolean
  /** Where knex looks whether a connection is to be thrown away. */
  __knex__disposed?: unknown
}
interface PgAnswer {
  readonly rows: readonly Row[]
  readonly rowCount: number | null
  readonly command: string
}

/**
 * A connection has forgotten a statement that it had prepared, as after `DISCARD ALL`, or can no longer run it as it was, since
 * a table has changed. Nothing is wrong with the statement: prepared anew, it runs.
 */
export class PreparationLost extends Error {
  override readonly name = 'PreparationLost'
}

/**
 * Sends a statement on a connection that nobody else uses meanwhile.
 *
 * All statements of one turn of the event loop travel together and are answered together: one journey, however many they
 * are. The server still runs each by itself and in this order, so that each sees what was committed before it began.
 * Once one has failed, those behind it are not run and fail alike.
 */
export const ask = (connection: object, statement: PgStatement, values: readonly Value[] = []): Promise<PgOutcome> => {
  const client = connection as PgClient
  const line = lines.get(client) ?? (client.pipeline === true ? openPipeline(client) : openLine(client))
  lines.set(client, line)
  return line(statement, values)
}

type Line = (statement: PgStatement, values: readonly Value[]) => Promise<PgOutcome>

const lines = new WeakMap<PgClient, Line>()

const openPipeline =
  (client: PgClient): Line =>
  async ({ name, text }, values) => {
    // Without values it has no name, as what begins a transaction: were that forgotten, all that is sent behind it would be kept.
    const isPrepared = name !== undefined && values.length > 0
    try {
      const { rows, rowCount, command } = await client.query({ ...(isPrepared ? { name } : {}), text, values })
      return { rows, changes: rowCount ?? 0, command }
    } catch (error) {
      if (!isPrepared || !isPreparationLost(error)) throw error
      // What it has prepared, `pg` keeps in mind by itself.
      client.__knex__disposed = error
      throw new PreparationLost(error.message, { cause: error })
    }
  }

/** Said of a statement that is prepared: there is none of this name, and a plan that has grown too old. */
const isPreparationLost = (error: unknown): error is Error => {
  const { code, routine } = error as { readonly code?: string; readonly routine?: string }
  return code === '26000' || (code === '0A000' && routine === 'RevalidateCachedQuery')
}

const openLine = (client: PgClient): Line => {
  const prepared: Prepared = new Map()
  let gathered: Asked[] = []
  let isUnderWay = false
  let lost: Error | undefined
  const sendGathered = (): void => {
    if (isUnderWay || gathered.length === 0) return
    const asked = gathered
    gathered = []
    // From a server that is gone nothing would be heard once more, for as long as is waited.
    if (lost !== undefined) {
      for (const { reject } of asked) reject(lost)
      return
    }
    isUnderWay = true
    client.query(
      batchOf(client, asked, prepared, (error) => {
        isUnderWay = false
        if (error !== undefined && isEnd(error)) lost = new Error(neverSent, { cause: error })
        sendGathered()
      }),
    )
  }
  return (statement, values) =>
    new Promise((resolve, reject) => {
      gathered.push({ statement, values, resolve, reject })
      // As late as all that can be asked for without an answer has been.
      if (gathered.length === 1) process.nextTick(sendGathered)
    })
}

/** What `pg` says of a statement that it does not send, since its connection is gone. */
export const neverSent = 'Client has encountered a connection error and is not queryable'

/** True of what ends a connection: all that the socket and `pg` say, who know nothing of statements, and a server's last words. */
const isEnd = (error: unknown): boolean => {
  if (error instanceof PreparationLost) return false
  const { severity } = error as { readonly severity?: string }
  return severity === undefined || severity === 'FATAL' || severity === 'PANIC'
}

interface Asked {
  readonly statement: PgStatement
  readonly values: readonly Value[]
  readonly resolve: (outcome: PgOutcome) => void
  readonly reject: (error: unknown) => void
}

/** By name, the statements that a connection has prepared, each with the names of its columns. */
type Prepared = Map<string, readonly string[]>

/** Of the messages that `pg` sends for a query, those of a batch. */
interface PgWire {
  readonly stream: { cork(): void; uncork(): void }
  close(what: { readonly type: 'S'; readonly name: string }): void
  parse(statement: { readonly name: string; readonly text: string }): void
  bind(values: { readonly statement: string; readonly values: readonly (string | null)[] }): void
  describe(what: { readonly type: 'P' }): void
  execute(): void
  sync(): void
  sendCopyFail(why: string): void
}

/** Of the description of a column, what is used of it. */
interface Field {
  readonly name: string
  readonly dataTypeID: number
}

/** What `pg` takes for a query that speaks for itself, as a cursor does. */
interface Batch {
  /** For whoever watches the queries of `pg`. */
  readonly text: string
  submit(wire: PgWire): null
  handleRowDescription(message: { readonly fields: readonly Field[] }): void
  handleDataRow(message: { readonly fields: readonly (string | null)[] }): void
  handleCommandComplete(message: { readonly text: string }): void
  /** Instead of the one above, of a text with no statement in it. */
  handleEmptyQuery(): void
  handleCopyInResponse(wire: PgWire): void
  handleCopyData(): void
  handleReadyForQuery(): void
  handleError(error: unknown): void
  /** Where there is a `query_timeout`, set by `pg`, whose timer goes on until it is called. */
  callback?: (error?: unknown) => void
}

const batchOf = (
  client: PgClient,
  asked: readonly Asked[],
  prepared: Prepared,
  whenOver: (error?: unknown) => void,
): Batch => {
  const outcomes: (PgOutcome | Refused)[] = []
  let columns: readonly string[] | undefined
  let parsers: readonly ((text: string) => unknown)[] | undefined
  let rows: Row[] = []
  let refused: Refused | undefined
  let isOver = false
  const columnsNow = (): readonly string[] =>
    columns ?? prepared.get(asked[outcomes.length]?.statement.name ?? '') ?? noColumns
  const finish = (error?: unknown): void => {
    // One that `pg` has given up is told of the end of its connection, too, or of an answer that comes after all.
    if (isOver) return
    isOver = true
    batch.callback?.(error)
    for (const [at, { resolve, reject }] of asked.entries()) {
      const outcome = outcomes[at]
      if (outcome === undefined) reject(refused === undefined ? error : refused.because)
      else if ('because' in outcome) reject(outcome.because)
      else resolve(outcome)
    }
    whenOver(error)
  }
  /** What is thrown at `pg` while it reads would end the process: it is for whoever asked. */
  const carefully = (read: () => void): void => {
    if (refused !== undefined) return
    try {
      read()
    } catch (error) {
      refused = { because: error }
    }
  }
  const complete = (text: string): void => {
    const name = asked[outcomes.length]?.statement.name
    if (name !== undefined && !prepared.has(name)) prepared.set(name, columns ?? noColumns)
    const [command = '', ...counts] = text.split(' ')
    outcomes.push(refused ?? { rows, changes: Number(counts.at(-1) ?? 0), command })
    columns = undefined
    parsers = undefined
    rows = []
    refused = undefined
  }
  const batch: Batch = {
    get text() {
      return asked.map(({ statement }) => statement.text).join(';\n')
    },
    submit(wire) {
      wire.stream.cork()
      for (const { statement, values } of asked) send(wire, statement, values, prepared)
      wire.sync()
      wire.stream.uncork()
      return null
    },
    handleRowDescription({ fields }) {
      columns = fields.map(({ name }) => name)
      if (asked[outcomes.length]?.statement.typed === true)
        carefully(() => {
          parsers = fields.map(({ dataTypeID }) => client.getTypeParser(dataTypeID, 'text'))
        })
    },
    handleDataRow({ fields }) {
      carefully(() => rows.push(rowOf(columnsNow(), fields, parsers)))
    },
    handleCommandComplete: ({ text }) => complete(text),
    handleEmptyQuery: () => complete(''),
    handleCopyInResponse(wire) {
      refused = copyRefused()
      wire.sendCopyFail('')
      // The one that was sent already is taken for a part of what is copied.
      wire.sync()
    },
    handleCopyData() {
      refused ??= copyRefused()
    },
    handleReadyForQuery: () => finish(),
    handleError(error) {
      const name = asked[outcomes.length]?.statement.name
      if (isOver || name === undefined || !prepared.has(name) || !isPreparationLost(error)) return finish(error)
      // Whatever took it took the others, too.
      prepared.clear()
      finish(new PreparationLost(error.message, { cause: error }))
    },
  }
  return batch
}

/** Instead of an outcome: why there is none of a statement to which the server itself did not object. */
interface Refused {
  readonly because: unknown
}

const copyRefused = (): Refused => ({
  because: new Error('COPY from or to a client is not supported here: use a connection of your own for it.'),
})

const noColumns: readonly string[] = []

const send = (wire: PgWire, { name = '', text }: PgStatement, values: readonly Value[], prepared: Prepared): void => {
  const isNew = !prepared.has(name)
  // Should it be there after all, from a try that failed half-way, it may not be prepared a second time.
  if (isNew && name !== '') wire.close({ type: 'S', name })
  if (isNew) wire.parse({ name, text })
  wire.bind({ statement: name, values: values.map((value) => (value === null ? null : String(value))) })
  // What its rows look like is told once: afterwards it is known.
  if (isNew) wire.describe({ type: 'P' })
  wire.execute()
}

const rowOf = (
  columns: readonly string[],
  fields: readonly (string | null)[],
  parsers?: readonly ((text: string) => unknown)[],
): Row => {
  const row: Record<string, string | null> = {}
  for (const [at, column] of columns.entries()) {
    const text = fields[at] ?? null
    // What a parser makes of it is for whoever asked for that.
    row[column] = text === null || parsers === undefined ? text : (parsers[at]?.(text) as string)
  }
  return row
}
