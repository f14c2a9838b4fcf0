/** The documentation's own worked example (finpay-api.md 1.2). */
export const exampleMerchant = { merchantId: 'FINPAY770', key: 'SoSecret123', name: 'Toko Contoh' } as const
