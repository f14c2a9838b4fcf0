import { after, before } from 'node:test'
import { type MerchantServer, merchantServer, type TestGateway, testGateway } from '../gateway.ts'

/** So many sequences share a database: what is audited stays small. */
const perGateway = 25

/** Where one sequence is played. */
export interface Place {
  readonly gateway: TestGateway
  readonly server: MerchantServer
  /** Which sequence of this process it is, from 1. */
  readonly no: number
}

/**
 * Gives each sequence of a test file a gateway, and a shop's server that all of them share: a gateway of its own after
 * one that failed, as what it left would be found again. To be called once, at the top of a file.
 */
export function sharedGateways() {
  let gateway: TestGateway
  let server: MerchantServer
  let count = 0
  let isSoiled = false
  before(async () => {
    gateway = await testGateway()
    server = await merchantServer()
  })
  after(async () => {
    await gateway.close()
    await server.close()
  })
  return {
    played: () => count,
    play: async (sequence: (place: Place) => Promise<void>): Promise<void> => {
      if (isSoiled || (count > 0 && count % perGateway === 0)) {
        await gateway.close()
        gateway = await testGateway()
      }
      count += 1
      isSoiled = true
      await sequence({ gateway, server, no: count })
      isSoiled = false
    },
  }
}
