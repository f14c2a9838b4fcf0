/** A command that opens an order, ready to paste: the documentation's own sample with an id of the moment. */
export function firstOrder(baseUrl: string, merchantId: string, key: string): string {
  const body = JSON.stringify({
    customer: { email: 'buyer@example.com', firstName: 'Budi', lastName: 'Santoso', mobilePhone: '+6281286288800' },
    order: { id: 'ORDER_ID', amount: '1000', currency: 'IDR', description: 'Testing' },
    url: { callbackUrl: 'http://127.0.0.1:9000/callback' },
    sourceOfFunds: { type: 'cc' },
  }).replace('"ORDER_ID"', `"'$(date +%s)'"`)
  return [
    `curl -u ${quoted(`${merchantId}:${key}`)} -H 'content-type: application/json' \\`,
    `  -d '${body}' \\`,
    `  ${baseUrl}/pg/payment/card/initiate`,
  ].join('\n')
}

/** One word for a POSIX shell, whatever is in it. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`
}
