import pg from 'pg'

/**
 * Why no query can be made at `url`, or `undefined` when one can. It waits 1.5 seconds for a connection.
 *
 * @param {string} url
 * @returns {Promise<string | undefined>}
 */
export async function whyNotReachable(url) {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 1500 })
  client.on('error', () => {})
  try {
    await client.connect()
    await client.query('select 1')
    return undefined
  } catch (error) {
    const { code, message } = /** @type {Error & { code?: string }} */ (error)
    return message || code || 'no reason given'
  } finally {
    await client.end().catch(() => {})
  }
}
