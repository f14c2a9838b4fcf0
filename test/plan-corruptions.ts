import { type Corruption, forced } from './corruption.ts'

const plan = `merchant_id = 'FINPAY770' and plan_id = 'langganan'`
const timer = `merchant_id = 'FINPAY770' and timer_id = 'charge:langganan'`

/** Damage to a plan, which the order `subscribed` began. */
export const planCorruptions: readonly Corruption[] = [
  [
    'plan-log',
    'an event that was changed',
    'subscribed',
    `update plan_event set data = '{}' where ${plan} and seq = 2`,
  ],
  ['plan-log', 'an event that is gone', 'subscribed', `delete from plan_event where ${plan} and seq = 3`],
  ['plan-log', 'a state that the log does not tell', 'subscribed', `update plan set state = 'paused' where ${plan}`],
  [
    'plan-log',
    'an event that is not in the catalogue',
    'subscribed',
    `update plan_event set type = 'plan.blessed' where ${plan} and seq = 2`,
  ],
  ['plan-count', 'a payment that was not made', 'subscribed', `update plan set charged = charged + 1 where ${plan}`],
  [
    'plan-count',
    'a payment whose order is not paid',
    'subscribed',
    forced(`update payment_order set paid_attempt = null where order_id = 'langganan-1'`),
  ],
  [
    'plan-count',
    'a payment that its order does not know',
    'subscribed',
    forced(`delete from payment_order where order_id = 'langganan-1'`),
  ],
  ['plan-count', 'payments of another amount', 'subscribed', `update plan set amount_minor = 1 where ${plan}`],
  [
    'plan-count',
    'a payment under way that nobody began',
    'subscribed',
    `update plan set current_order = 'langganan-9' where ${plan}`,
  ],
  ['plan-timer', 'a plan that nobody goes on with', 'subscribed', `delete from timer where ${timer}`],
  [
    'plan-timer',
    'a plan that is put off',
    'subscribed',
    `update timer set due_at = due_at + interval '1 day' where ${timer}`,
  ],
  ['plan-timer', 'a plan without its time', 'subscribed', `update plan set due_at = null where ${plan}`],
  ['timers', 'a plan that is gone', null, forced(`delete from plan where ${plan}`)],
  [
    'references',
    'the order of a plan that is gone',
    'subscribed',
    forced(`delete from payment_order where order_id = 'subscribed' and merchant_id = 'FINPAY770'`),
  ],
  ['references', 'the log of a plan that is gone', null, forced(`delete from plan where ${plan}`)],
]
