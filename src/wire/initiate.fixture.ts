import { readInitiate } from './initiate.ts'

/** The sample request of the basic payment (seed-basic-payment.txt). */
export const seed = `{
  "customer": {
    "id": "hajar.finnet@gmail.com",
    "email": "hajar.finnet@gmail.com",
    "firstName": "Hajar",
    "lastName": "Ismail",
    "mobilePhone": "+6281286288800"
  },
  "order": {
    "id": "1686716101151",
    "amount": "1000",
    "currency": "IDR",
    "description": "Testing"
  },
  "url": {
    "callbackUrl": "https://sandboxx.finpay.co.id/simdev/finpay/result/tangkapCurl.php"
  },
  "sourceOfFunds": {
    "type": "cc"
  }
}`

export const read = (text: string) => readInitiate(Buffer.from(text))

/**
 * The smallest request as JSON text, with one member replaced or added. Paths lead through objects; the
 * value is JSON text, so that `1000.0` and `1000` differ; an absent value takes the member away.
 */
export function request(path?: string, json?: string): string {
  const smallest: Members = { order: { id: '"A-1"', amount: '"1000"' }, customer: { mobilePhone: '"+62812000000"' } }
  if (path !== undefined) {
    const names = path.split('.')
    const last = names.pop() ?? ''
    let at = smallest
    for (const name of names) {
      const next = at[name]
      at = typeof next === 'object' ? next : (at[name] = {})
    }
    if (json === undefined) delete at[last]
    else at[last] = json
  }
  return written(smallest)
}
type Members = { [name: string]: string | Members }
const written = (members: Members): string =>
  `{${Object.entries(members)
    .map(([name, value]) => `"${name}":${typeof value === 'string' ? value : written(value)}`)
    .join(',')}}`
