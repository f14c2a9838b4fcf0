import { StartProblem } from '../base/start-problem.ts'
import { SandboxClient } from '../client.ts'
import { exampleMerchant } from '../example-merchant.ts'

/** Where the HTTP commands look for a gateway. */
export function gatewayUrl(environment: Readonly<Partial<Record<string, string>>> = process.env): string {
  return environment['GERBANG_URL'] || `http://127.0.0.1:${environment['GERBANG_PORT'] || '8080'}`
}

/**
 * The gateway that the HTTP commands speak to; the sandbox's own values are the defaults (design 4.4).
 *
 * @throws StartProblem when GERBANG_URL is no URL
 */
export function connect(environment: Readonly<Partial<Record<string, string>>> = process.env): SandboxClient {
  const url = gatewayUrl(environment)
  if (!/^https?:\/\//.test(url) || !URL.canParse(url)) {
    throw new StartProblem('GERBANG_URL: must be the http or https URL of a gateway.')
  }
  return new SandboxClient({
    url,
    merchantId: environment['GERBANG_MERCHANT_ID'] || exampleMerchant.merchantId,
    merchantKey: environment['GERBANG_MERCHANT_KEY'] || exampleMerchant.key,
  })
}
