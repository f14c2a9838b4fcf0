import { callbacksList, callbacksResend } from './callbacks.ts'
import { check } from './check.ts'
import { clockCommand } from './clock.ts'
import { events } from './events.ts'
import { merchantCreate, merchantList, merchantRotateKey } from './merchant.ts'
import { migrateCommand } from './migrate.ts'
import { pay } from './pay.ts'
import { serve } from './serve.ts'

/** One command. It answers with its exit code. */
export interface Command {
  readonly name: readonly string[]
  readonly usage: string
  readonly about: string
  readonly run: (words: readonly string[]) => Promise<number>
}

/** Every command, as help prints them. */
export const commands: readonly Command[] = [
  { name: ['serve'], usage: 'serve', about: 'start the gateway', run: serve },
  { name: ['migrate'], usage: 'migrate', about: 'bring the database to this release', run: migrateCommand },
  {
    name: ['merchant', 'create'],
    usage: 'merchant create ID [--name NAME] [--key KEY]',
    about: 'add a merchant; without --key one is made',
    run: merchantCreate,
  },
  { name: ['merchant', 'list'], usage: 'merchant list', about: 'all merchants', run: merchantList },
  {
    name: ['merchant', 'rotate-key'],
    usage: 'merchant rotate-key ID [--key KEY] [--overlap PT24H]',
    about: 'a new key; the old one stays valid for a day',
    run: merchantRotateKey,
  },
  {
    name: ['pay'],
    usage: 'pay ORDER_ID [--card N] [--expiry YYMM] [--cvv N] …',
    about: 'pay an order as its payer would; see README',
    run: pay,
  },
  { name: ['check'], usage: 'check ORDER_ID', about: 'where an order stands', run: check },
  { name: ['events'], usage: 'events ORDER_ID', about: "an order's log", run: events },
  {
    name: ['clock'],
    usage: 'clock [advance PT24H | to TIME | next | freeze | unfreeze | reset]',
    about: 'show or move business time',
    run: clockCommand,
  },
  {
    name: ['callbacks', 'list'],
    usage: 'callbacks list [--order ORDER_ID]',
    about: 'callbacks and their attempts',
    run: callbacksList,
  },
  {
    name: ['callbacks', 'resend'],
    usage: 'callbacks resend CALLBACK_ID',
    about: 'send a callback again',
    run: callbacksResend,
  },
]
