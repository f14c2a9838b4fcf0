import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ClientConfig } from 'pg'
import { audit } from '../src/audit/audit.ts'
import { Secret } from '../src/base/secret.ts'
import { keptMasterKey } from '../src/master-key.ts'
import { Database } from '../src/postgres/database.ts'
import { cardSeals } from '../src/vault/card-seals.ts'
import { Cipher } from '../src/vault/cipher.ts'
import { testMasterKey } from './gateway.ts'

/** What the auditor finds in the data directory of a gateway that runs. */
export async function findingsIn(dataDir: string): Promise<string[]> {
  const connection = JSON.parse(readFileSync(join(dataDir, 'connection.json'), 'utf8')) as ClientConfig
  const database = new Database(connection, 1)
  try {
    return await findingsOn(database, await keptMasterKey(dataDir))
  } finally {
    await database.close()
  }
}

/** What the auditor finds in a database; that of a test's gateway, where no other key is given. */
export async function findingsOn(
  database: Database,
  masterKey: Secret<Buffer> = new Secret(Buffer.from(testMasterKey, 'hex')),
): Promise<string[]> {
  const { findings } = await audit(database, {
    cipher: new Cipher(masterKey),
    openSeals: cardSeals(masterKey),
    unknownMinutes: 15,
  })
  return findings.map(({ check, orderId, sentence }) => `${check} ${orderId ?? ''}: ${sentence}`)
}
