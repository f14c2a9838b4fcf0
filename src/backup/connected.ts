import { Client, type ClientConfig } from 'pg'
import { prepare } from './store.ts'

/** Works on one connection, which takes as long as it takes, and closes it. What is not committed is undone. */
export async function connected<T>(connection: ClientConfig, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ ...connection, connectionTimeoutMillis: 5_000, application_name: 'gerbang backup' })
  // A connection that breaks is reported by the query that needs it.
  client.on('error', () => undefined)
  await client.connect()
  try {
    await prepare(client)
    return await work(client)
  } finally {
    await client.end()
  }
}
