/**
 * Routes of the contract whose work is not done yet. They answer 403 `4030001` naming the feature, so that
 * a merchant's program is told what is missing instead of that the path is wrong (invariant 12).
 */
export const notBuiltYet = [
  { methods: ['POST'], url: '/pg/payment/card/directdebit/bind', feature: 'directdebit' },
  { methods: ['POST'], url: '/pg/payment/card/directdebit/unbind', feature: 'directdebit' },
  { methods: ['POST'], url: '/pg/payment/card/directdebit/purchase', feature: 'directdebit' },
  { methods: ['POST'], url: '/pg/payment/card/directdebit/purchase/otp', feature: 'directdebit' },
  { methods: ['POST'], url: '/pg/payment/card/directdebit/limit', feature: 'directdebit' },
  { methods: ['POST'], url: '/pg/payment/card/directdebit/limit/otp', feature: 'directdebit' },
] as const
