import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { rules } from '../src/abuse/rule.ts'
import { notBuiltYet } from '../src/api/not-built-yet.ts'
import { rupiah } from '../src/base/money.ts'
import { problems } from '../src/base/problem.ts'
import { nextDelayMs, scheduledAttempts } from '../src/callback/schedule.ts'
import { cvvDeck, expiryDeck, type IssuerAnswer, testCards } from '../src/card/deck.ts'
import { formatExpiry } from '../src/card/expiry.ts'
import { type Channel, channels } from '../src/channel/catalogue.ts'
import { commands } from '../src/cli/commands.ts'
import { settings } from '../src/config.ts'
import { catalogue } from '../src/metrics/catalogue.ts'
import { eventTypes } from '../src/payment/history.ts'
import {
  attemptRows,
  finalAttemptStates,
  finalOrderStates,
  finalOperationStates,
  initialAttemptState,
  initialOperationState,
  initialOrderState,
  operationKinds,
  operationRows,
  orderRows,
  orderStates,
} from '../src/payment/lifecycle.ts'
import { refusalOf } from '../src/payment/operate.ts'
import { outcomesOf } from './channel-matrix.ts'
import { shippedDependencies } from './dependencies.ts'

/** The folder of the repository, from `dist/test`. */
export const root = join(import.meta.dirname, '../..')

/** A file of the repository. */
export function fileText(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}

/** A table in Markdown. A `|` inside a cell would end it. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n')
}

const code = (text: string) => `\`${text}\``

/** A life cycle as a Mermaid diagram, an arrow for each row. */
function diagram(
  rows: readonly (readonly [operation: string, from: string, outcome: string, to: string])[],
  initial: string,
  finals: ReadonlySet<string>,
): string {
  return [
    'stateDiagram-v2',
    `  [*] --> ${initial}`,
    ...rows.map(([operation, from, outcome, to]) => `  ${from} --> ${to}: ${operation}, ${outcome}`),
    ...[...finals].map((state) => `  ${state} --> [*]`),
  ].join('\n')
}

/** The waits between the tries of a callback, as a sentence lists them. */
function scheduleWords(): string {
  const minutes = Array.from({ length: scheduledAttempts - 1 }, (_, index) => (nextDelayMs(index + 1) ?? 0) / 60_000)
  const short = minutes.filter((wait) => wait <= 60)
  const long = minutes.filter((wait) => wait > 60).map((wait) => wait / 60)
  return `${short.join(', ')} minutes and ${long.join(', ')} hours`
}

function answerWords(issuer: IssuerAnswer): string {
  return issuer === 'approves' ? 'approves' : `declines, ${issuer.declines} ${issuer.reason}`
}

/** What a merchant gets who asks for an operation, by the state of the order; `above`: more than what is left. */
function operationsTable(): string {
  const now = new Date(0)
  const order = { channel: 'cc', capturedAt: null, authorizedUntil: null, captured: rupiah(0n) }
  return table(
    ['The order is', ...operationKinds],
    orderStates.map((state) => [
      state.replaceAll('_', ' '),
      ...operationKinds.map((kind) => {
        const isCaptured = ['partially_captured', 'captured', 'partially_refunded', 'refunded'].includes(state)
        const refusal = refusalOf(kind, { ...order, state, captured: rupiah(isCaptured ? 1n : 0n) }, now)
        if (!refusal || (kind === 'void' && state === 'voided')) return 'done'
        const { code: responseCode } = problems[refusal]
        return `${responseCode.slice(0, 3)} ${code(responseCode)}`
      }),
    ]),
  )
}

/** What `initiate` gives a payer to take along, in the names of its answer. */
function givenBy({ id, gives, isPushed }: Channel): string {
  if (id === 'ddbri') return code('referenceNumber')
  return isPushed ? given.page : given[gives]
}

const given = {
  page: '`redirecturl`',
  code: '`redirecturl`, `paymentCode`',
  qr: '`redirecturl`, `imageurl`, `stringQr`',
  link: '`redirecturl`, `appurl`',
} as const

function channelsTable(): string {
  const rupiahs = (amount: bigint) => String(amount).replace(/\B(?=(\d{3})+$)/g, '.')
  return table(
    ['`sourceOfFunds.type`', 'Name', 'Family', 'Bank code', '`initiate` answers', 'Numbers', 'Needs', 'Amount, Rp'],
    channels.map((channel) => {
      const { id, aliases, name, family, bank, code: format, needs, min, max } = channel
      return [
        [id, ...aliases].map(code).join(', '),
        name.en,
        family.replaceAll('-', ' '),
        bank,
        givenBy(channel),
        format ? `${format.company}…, ${format.length} digits` : '',
        needs.map(code).join(', '),
        max > 1_000_000_000n ? `from ${rupiahs(min)}` : `${rupiahs(min)} to ${rupiahs(max)}`,
      ]
    }),
  )
}

function channelOutcomes(): string {
  const word = (text: string) => (text === '2000000' ? 'done' : code(text))
  return table(
    [
      '`sourceOfFunds.type`',
      'Paid',
      'Expired',
      'Cancelled',
      'Cancelled once opened',
      'Refused',
      'Late',
      'void',
      'refund',
    ],
    channels.map((channel) => {
      const of = outcomesOf(channel)
      return [
        channel.id,
        of.paid,
        of.expired,
        of.cancelled,
        of.cancelledOpened,
        of.failed,
        of.late,
        of.void,
        of.refund,
      ].map((text, index) => (index === 0 ? code(text) : word(text)))
    }),
  )
}

const counts = { attempts: 'attempts', declines: 'declined attempts', cards: 'different cards' } as const
const traits = {
  card: 'card (its fingerprint)',
  bin: 'BIN (the first six digits)',
  network: 'network of the payer (an IPv4 address, a /64 of IPv6)',
  device: '`device.fingerprint` of the order',
} as const

/** How often cards may be tried. The first is each merchant's own, and always on. */
function cardLimits(): string {
  return table(
    ['Rule', 'Counts', 'By', 'At most'],
    [
      ['`attempts_per_order`', 'declined attempts, reversed ones too', 'order', '5; 20 of any kind'],
      ...rules.map(({ name, counts: counted, by, atMost, withinSeconds }) => [
        code(name),
        counts[counted],
        traits[by],
        `${atMost} in ${withinSeconds / 60} minutes`,
      ]),
    ],
  )
}

/** What each page of the manual must hold word for word, made from the code that it tells of. */
export const manual: readonly { readonly page: string; readonly name: string; readonly text: string }[] = [
  { page: 'COMPATIBILITY.md', name: 'card limits', text: cardLimits() },
  {
    page: 'README.md',
    name: 'settings',
    text: table(
      ['Setting', 'Default', 'Meaning'],
      settings.map(({ name, fallback, about }) => [code(name), fallback, about]),
    ),
  },
  {
    page: 'README.md',
    name: 'commands',
    text: table(
      ['Command', 'Does'],
      commands.map(({ usage, about }) => [code(`gerbang ${usage}`), about]),
    ),
  },
  ...['shop.test.mjs', 'verify.mjs', 'verify.php'].map((file) => ({
    page: 'README.md',
    name: file,
    text: `\`\`\`${file.endsWith('.php') ? 'php' : 'js'}\n${fileText(`docs/examples/${file}`)}\`\`\``,
  })),
  {
    page: 'docs/operations.md',
    name: 'metrics',
    text: table(
      ['Metric', 'Kind', 'Labels', 'Says'],
      Object.values(catalogue).map(({ name, kind, labels, about }) => [
        code(name),
        kind,
        labels.map(code).join(', '),
        about,
      ]),
    ),
  },
  { page: 'docs/operations.md', name: 'drill.sh', text: `\`\`\`sh\n${fileText('docs/examples/drill.sh')}\`\`\`` },
  {
    page: 'ARCHITECTURE.md',
    name: 'order',
    text: diagram(orderRows, initialOrderState, finalOrderStates),
  },
  {
    page: 'ARCHITECTURE.md',
    name: 'attempt',
    text: diagram(attemptRows, initialAttemptState, finalAttemptStates),
  },
  {
    page: 'ARCHITECTURE.md',
    name: 'operation',
    text: diagram(operationRows, initialOperationState, finalOperationStates),
  },
  { page: 'COMPATIBILITY.md', name: 'operations', text: operationsTable() },
  {
    page: 'ARCHITECTURE.md',
    name: 'events',
    text: table(
      ['Event', 'The order is'],
      Object.entries(eventTypes).map(([type, state]) => [code(type), state ?? 'as before']),
    ),
  },
  ...['ARCHITECTURE.md', 'COMPATIBILITY.md'].map((page) => ({ page, name: 'schedule', text: scheduleWords() })),
  { page: 'COMPATIBILITY.md', name: 'channels', text: channelsTable() },
  { page: 'COMPATIBILITY.md', name: 'channel outcomes', text: channelOutcomes() },
  {
    page: 'COMPATIBILITY.md',
    name: 'routes',
    text: table(
      ['Route', 'Feature'],
      notBuiltYet.map(({ methods, url, feature }) => [code(`${methods.join('|')} ${url}`), feature]),
    ),
  },
  {
    page: 'COMPATIBILITY.md',
    name: 'cards',
    text: table(
      ['Card', 'Deck', '3-D Secure', 'Issuer'],
      testCards.map(({ number, deck, threeDs, issuer }) => [
        code(number),
        deck,
        threeDs.replaceAll('_', ' '),
        answerWords(issuer),
      ]),
    ),
  },
  {
    page: 'COMPATIBILITY.md',
    name: 'expiries',
    text: table(
      ['Expiry', 'Outcome', 'The acquirer', 'DE 39'],
      expiryDeck.map(({ expiry, gatewayCode, acquirer, responseCode }) => [
        code(formatExpiry(expiry)),
        gatewayCode,
        acquirer.replaceAll('_', ' '),
        responseCode,
      ]),
    ),
  },
  {
    page: 'COMPATIBILITY.md',
    name: 'cvvs',
    text: table(
      ['CVV', 'American Express', 'Outcome', 'Issuer'],
      cvvDeck.map(({ cvv, amexCvv, gatewayCode, issuer }) => [
        code(cvv),
        code(amexCvv),
        gatewayCode,
        answerWords(issuer),
      ]),
    ),
  },
  {
    page: 'SECURITY.md',
    name: 'dependencies',
    text: table(
      ['Installed', 'Version', 'Licence', 'What for'],
      [...new Map(shippedDependencies().map((each) => [`${each.name} ${each.version}`, each])).values()].map(
        ({ name, version, licence, purpose }) => [code(name), version, licence, purpose],
      ),
    ),
  },
]
