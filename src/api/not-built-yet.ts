/**
 * Routes of the contract whose work is not done yet. They answer 403 `4030001` naming the feature, so that
 * a merchant's program is told what is missing instead of that the path is wrong (invariant 12).
 */
export const notBuiltYet = [
  { methods: ['GET', 'POST'], url: '/pg/payment/card/directdebit/balance', feature: 'directdebit/balance' },
  {
    methods: ['GET', 'POST'],
    url: '/pg/payment/card/directdebit/balance/history',
    feature: 'directdebit/balance/history',
  },
] as const
