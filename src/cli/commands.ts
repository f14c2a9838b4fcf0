/** One command. It answers with its exit code. */
export interface Command {
  readonly name: readonly string[]
  readonly usage: string
  readonly about: string
  readonly run: (words: readonly string[]) => Promise<number>
}

/** Every command, as help prints them. Each loads what it needs: a client of the API needs no server. */
export const commands: readonly Command[] = [
  {
    name: ['serve'],
    usage: 'serve',
    about: 'start the gateway',
    run: async (words) => (await import('./serve.ts')).serve(words),
  },
  {
    name: ['migrate'],
    usage: 'migrate',
    about: 'bring the database to this release',
    run: async (words) => (await import('./migrate.ts')).migrateCommand(words),
  },
  {
    name: ['backup'],
    usage: 'backup FILE',
    about: 'all that the database holds, as of one moment, while it is used',
    run: async (words) => (await import('./backup.ts')).backupCommand(words),
  },
  {
    name: ['restore'],
    usage: 'restore FILE',
    about: 'fill an empty database from a backup, and compare the two',
    run: async (words) => (await import('./restore.ts')).restoreCommand(words),
  },
  {
    name: ['merchant', 'create'],
    usage: 'merchant create ID [--name NAME] [--key KEY]',
    about: 'add a merchant; without --key one is made',
    run: async (words) => (await import('./merchant.ts')).merchantCreate(words),
  },
  {
    name: ['merchant', 'list'],
    usage: 'merchant list',
    about: 'all merchants',
    run: async (words) => (await import('./merchant.ts')).merchantList(words),
  },
  {
    name: ['merchant', 'rotate-key'],
    usage: 'merchant rotate-key ID [--key KEY] [--overlap PT24H]',
    about: 'a new key; the old one stays valid for a day',
    run: async (words) => (await import('./merchant.ts')).merchantRotateKey(words),
  },
  {
    name: ['merchant', 'channels'],
    usage: 'merchant channels ID [--set all|TYPE,TYPE]',
    about: "the sourceOfFunds.type values that a merchant's payers may pay by",
    run: async (words) => (await import('./merchant-channels.ts')).merchantChannels(words),
  },
  {
    name: ['merchant', 'late-payments'],
    usage: 'merchant late-payments ID [--set keep|return]',
    about: "what becomes of money that comes when an order's time is over",
    run: async (words) => (await import('./merchant-channels.ts')).merchantLatePayments(words),
  },
  {
    name: ['merchant', 'acquirers'],
    usage: 'merchant acquirers ID',
    about: "a merchant's acquirers, and which payments go to which",
    run: async (words) => (await import('./acquirers.ts')).acquirersList(words),
  },
  {
    name: ['merchant', 'set-acquirer'],
    usage: 'merchant set-acquirer ID NAME [--acquirer A] [--bins N,N] …',
    about: 'give a merchant an acquirer, or other rules for it; see README',
    run: async (words) => (await import('./acquirers.ts')).acquirerSet(words),
  },
  {
    name: ['merchant', 'remove-acquirer'],
    usage: 'merchant remove-acquirer ID NAME',
    about: 'send nothing new to an acquirer of a merchant',
    run: async (words) => (await import('./acquirers.ts')).acquirerRemove(words),
  },
  {
    name: ['merchant', 'fraud-systems'],
    usage: 'merchant fraud-systems ID [--set ID,ID]',
    about: 'the fraud systems that a merchant may choose',
    run: async (words) => (await import('./acquirers.ts')).fraudSystems(words),
  },
  {
    name: ['keys', 'list'],
    usage: 'keys list',
    about: 'the versions of the key that cards are sealed under, and how much lies under each',
    run: async (words) => (await import('./keys.ts')).keysList(words),
  },
  {
    name: ['keys', 'rotate'],
    usage: 'keys rotate',
    about: 'seal every card under a new key, while the gateway serves',
    run: async (words) => (await import('./keys.ts')).keysRotate(words),
  },
  {
    name: ['verify'],
    usage: 'verify [--limit N]',
    about: 'look through the database for what must never be; beside a running gateway too',
    run: async (words) => (await import('./verify.ts')).verify(words),
  },
  {
    name: ['pay'],
    usage: 'pay ORDER_ID [--card N] [--expiry YYMM] [--cvv N] …',
    about: 'pay an order as its payer would; see README',
    run: async (words) => (await import('./pay.ts')).pay(words),
  },
  {
    name: ['pay-number'],
    usage: 'pay-number SOF_ID NUMBER --amount N [--late]',
    about: 'pay any amount to an open number, as a payer would at its bank',
    run: async (words) => (await import('./pay-number.ts')).payNumber(words),
  },
  {
    name: ['check'],
    usage: 'check ORDER_ID',
    about: 'where an order stands',
    run: async (words) => (await import('./check.ts')).check(words),
  },
  {
    name: ['capture'],
    usage: 'capture ORDER_ID AMOUNT [--key KEY]',
    about: 'take what is authorized, or a part of it',
    run: async (words) => (await import('./operations.ts')).captureCommand(words),
  },
  {
    name: ['void'],
    usage: 'void ORDER_ID',
    about: 'give up all that is held of a paid order',
    run: async (words) => (await import('./operations.ts')).voidCommand(words),
  },
  {
    name: ['refund'],
    usage: 'refund ORDER_ID AMOUNT [--key KEY]',
    about: 'give back what is captured, or a part of it',
    run: async (words) => (await import('./operations.ts')).refundCommand(words),
  },
  {
    name: ['cancel'],
    usage: 'cancel ORDER_ID',
    about: 'cancel an order that is not paid',
    run: async (words) => (await import('./operations.ts')).cancelCommand(words),
  },
  {
    name: ['events'],
    usage: 'events ORDER_ID',
    about: "an order's log",
    run: async (words) => (await import('./events.ts')).events(words),
  },
  {
    name: ['cards', 'list'],
    usage: 'cards list --customer ID',
    about: 'the cards that a customer keeps with the merchant',
    run: async (words) => (await import('./cards.ts')).cardsList(words),
  },
  {
    name: ['cards', 'delete'],
    usage: 'cards delete TOKEN',
    about: 'delete a stored card',
    run: async (words) => (await import('./cards.ts')).cardsDelete(words),
  },
  {
    name: ['accounts', 'list'],
    usage: 'accounts list --customer ID',
    about: 'the accounts that a customer has linked with the merchant',
    run: async (words) => (await import('./accounts.ts')).accountsList(words),
  },
  {
    name: ['accounts', 'link'],
    usage: 'accounts link REDIRECTURL [--account N] [--otp N]',
    about: 'link an account as its holder would on the page of bind',
    run: async (words) => (await import('./accounts.ts')).accountsLink(words),
  },
  {
    name: ['accounts', 'unlink'],
    usage: 'accounts unlink TYPE ACCOUNT_ID',
    about: 'unlink an account',
    run: async (words) => (await import('./accounts.ts')).accountsUnlink(words),
  },
  {
    name: ['plans', 'list'],
    usage: 'plans list [--state STATE] [--customer ID]',
    about: 'plans of recurring payments',
    run: async (words) => (await import('./plans.ts')).plansList(words),
  },
  {
    name: ['plans', 'show'],
    usage: 'plans show PLAN_ID',
    about: 'a plan and its log',
    run: async (words) => (await import('./plans.ts')).plansShow(words),
  },
  {
    name: ['plans', 'pause'],
    usage: 'plans pause PLAN_ID',
    about: 'pause a plan; what falls due meanwhile is skipped',
    run: async (words) => (await import('./plans.ts')).plansManage('pause', words),
  },
  {
    name: ['plans', 'resume'],
    usage: 'plans resume PLAN_ID',
    about: 'resume a paused plan with what falls due next',
    run: async (words) => (await import('./plans.ts')).plansManage('resume', words),
  },
  {
    name: ['plans', 'cancel'],
    usage: 'plans cancel PLAN_ID',
    about: 'cancel a plan for good',
    run: async (words) => (await import('./plans.ts')).plansManage('cancel', words),
  },
  {
    name: ['clock'],
    usage: 'clock [advance PT24H | to TIME | next | freeze | unfreeze | reset]',
    about: 'show or move business time',
    run: async (words) => (await import('./clock.ts')).clockCommand(words),
  },
  {
    name: ['callbacks', 'list'],
    usage: 'callbacks list [--order ORDER_ID]',
    about: 'callbacks and their attempts',
    run: async (words) => (await import('./callbacks.ts')).callbacksList(words),
  },
  {
    name: ['callbacks', 'resend'],
    usage: 'callbacks resend CALLBACK_ID',
    about: 'send a callback again',
    run: async (words) => (await import('./callbacks.ts')).callbacksResend(words),
  },
  {
    name: ['faults', 'plan'],
    usage: 'faults plan MESSAGE FAULT [--order ORDER_ID] …',
    about: 'let the next messages to the acquirer, or callbacks, go wrong; see README',
    run: async (words) => (await import('./faults.ts')).faultsPlan(words),
  },
  {
    name: ['faults', 'list'],
    usage: 'faults list',
    about: 'what is planned and has not happened',
    run: async (words) => (await import('./faults.ts')).faultsList(words),
  },
  {
    name: ['faults', 'clear'],
    usage: 'faults clear [--order ORDER_ID]',
    about: 'forget what is planned',
    run: async (words) => (await import('./faults.ts')).faultsClear(words),
  },
]
