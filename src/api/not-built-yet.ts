/**
 * Routes of the contract whose work is not done yet. They answer 403 `4030001` naming the feature, so that
 * a merchant's program is told what is missing instead of that the path is wrong (invariant 12).
 */
export const notBuiltYet = [
  { methods: ['POST'], url: '/pg/payment/card/openpayment/register', feature: 'openpayment' },
  { methods: ['POST'], url: '/pg/payment/card/openpayment/update', feature: 'openpayment' },
  { methods: ['GET'], url: '/pg/payment/card/openpayment/check/:sofId/:paymentCode', feature: 'openpayment' },
  { methods: ['GET'], url: '/pg/payment/card/openpayment/delete/:sofId/:paymentCode', feature: 'openpayment' },
  { methods: ['GET', 'POST'], url: '/pg/payment/card/directdebit/balance', feature: 'directdebit/balance' },
  {
    methods: ['GET', 'POST'],
    url: '/pg/payment/card/directdebit/balance/history',
    feature: 'directdebit/balance/history',
  },
] as const
