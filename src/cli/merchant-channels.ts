import { StartProblem } from '../base/start-problem.ts'
import { channels, findChannel } from '../channel/catalogue.ts'
import { everyChannel } from '../merchant/merchant.ts'
import { find, setChannels, setLatePayments } from '../merchant/store.ts'
import { withDatabase } from './merchant.ts'
import { print } from './print.ts'
import { read, UsageError } from './usage.ts'

const options = { set: { type: 'string' }, json: { type: 'boolean' } } as const

/** Shows or sets the channels that a merchant's payers may pay by. */
export async function merchantChannels(words: readonly string[]): Promise<number> {
  const { values, positionals } = read(words, options, 1)
  const [merchantId = ''] = positionals
  const wanted = values.set === undefined ? undefined : channelsOf(values.set)
  return withDatabase(async (database, cipher) => {
    if (wanted && !(await setChannels(database, merchantId, wanted))) throw unknownMerchant(merchantId)
    const merchant = await find(database, cipher, merchantId)
    if (!merchant) throw unknownMerchant(merchantId)
    const isAll = merchant.channels.includes(everyChannel)
    const enabled = isAll ? channels.map(({ id }) => id) : merchant.channels
    print(values.json, { id: merchantId, isAll, channels: enabled }, isAll ? ['all'] : [enabled.join(',') || 'none'])
    return 0
  })
}

/** In the catalogue's own spellings; `all` stands for every one, also of a later release. */
function channelsOf(list: string): readonly string[] {
  if (list === 'all') return [everyChannel]
  const types = list.split(',').filter((type) => type !== '')
  return types.map((type) => {
    const channel = findChannel(type)
    if (!channel) throw new UsageError(`There is no channel ${type}. --set takes all, or a list of sourceOfFunds.type.`)
    return channel.id
  })
}

/** Shows or sets what becomes of money that comes when an order's time is over. */
export async function merchantLatePayments(words: readonly string[]): Promise<number> {
  const { values, positionals } = read(words, options, 1)
  const [merchantId = ''] = positionals
  const { set } = values
  if (set !== undefined && set !== 'keep' && set !== 'return') throw new UsageError('--set takes keep or return.')
  return withDatabase(async (database, cipher) => {
    if (set && !(await setLatePayments(database, merchantId, set === 'keep'))) throw unknownMerchant(merchantId)
    const merchant = await find(database, cipher, merchantId)
    if (!merchant) throw unknownMerchant(merchantId)
    const latePayments = merchant.keepsLatePayments ? 'keep' : 'return'
    print(values.json, { id: merchantId, latePayments }, [latePayments])
    return 0
  })
}

function unknownMerchant(merchantId: string): StartProblem {
  return new StartProblem(`There is no merchant ${merchantId}.`)
}
