import { SandboxClient } from '../client.ts'
import { exampleMerchant } from '../sandbox-merchant.ts'

/** The gateway that the HTTP commands speak to; the sandbox's own values are the defaults (design 4.4). */
export function connect(environment: Readonly<Partial<Record<string, string>>> = process.env): SandboxClient {
  const port = environment['GERBANG_PORT'] || '8080'
  return new SandboxClient({
    url: environment['GERBANG_URL'] || `http://127.0.0.1:${port}`,
    merchantId: environment['GERBANG_MERCHANT_ID'] || exampleMerchant.merchantId,
    merchantKey: environment['GERBANG_MERCHANT_KEY'] || exampleMerchant.key,
  })
}
