import type { Phrases } from './id.ts'

/** What the pages say of ways to pay other than cards, in English; a part of the dictionary. */
export const ways: Phrases['ways'] = {
  picker: {
    heading: 'Choose how to pay',
    remembered: 'You used this last time',
    others: 'Other ways to pay',
    more: (count) => `and ${count} more`,
    goOn: (method) => `Continue with ${method}`,
    busy: 'Processing…',
    errorHeadings: { missing: 'No way to pay was chosen', unavailable: 'That way to pay is not available' },
    errors: {
      missing: 'Choose one of the ways to pay below.',
      unavailable: 'It cannot be used for this order at the moment. Choose another.',
    },
    families: {
      'virtual-account': 'Bank virtual account',
      qris: 'QRIS',
      wallet: 'E-wallet',
      paycode: 'Convenience store or counter',
      card: 'Card',
      paylater: 'Pay later',
      'internet-banking': 'Internet banking',
      'direct-debit': 'Direct debit',
      'cross-border-qr': 'QR from abroad',
    },
    hints: {
      'virtual-account': 'Transfer by ATM, mobile banking or internet banking',
      qris: 'Scan with any bank or e-wallet app',
      wallet: 'Pay from the balance of your wallet',
      paycode: 'Pay cash at the till with a payment code',
      card: 'Visa, Mastercard, JCB, American Express, GPN',
      paylater: 'Pay afterwards or in instalments',
      'internet-banking': 'Sign in to your internet banking',
      'direct-debit': 'Straight from your account',
      'cross-border-qr': 'Scan with an app from outside Indonesia',
    },
  },

  account: {
    phone: {
      asked: 'Needs your mobile number',
      label: (method) => `Mobile number registered with ${method}`,
      hint: 'Begins with 08, for example 081200000000',
      missing: 'Enter the mobile number.',
      invalid: 'This mobile number is not right. Write it with 08 in front, 10 to 13 digits.',
    },
    cashtag: {
      asked: 'Needs your $cashtag',
      label: (method) => `Your $cashtag at ${method}`,
      hint: 'Begins with $, for example $siti',
      missing: 'Enter the $cashtag.',
      invalid: 'Write the $cashtag as $ followed by letters and digits only.',
    },
  },

  waiting: {
    title: (amount, merchant, method) => `Pay ${amount} to ${merchant} by ${method}`,
    amount: 'Exact amount',
    exact: 'Pay exactly this amount; any other may be rejected.',
    copyAmount: 'Copy amount',
    notYet: 'We have not received your payment yet.',
    byItself: 'This page changes by itself when the payment arrives. You may close it; the same link stays valid.',
    check: 'Check again',
    change: 'Change payment method',
    changing: 'Cancelling…',
    changeHint: 'Do not change it if you have already paid.',
    print: 'Print',
    how: 'How to pay',
  },

  code: {
    heading: (method) => `Pay by ${method}`,
    number: 'Virtual account number',
    payCode: 'Payment code',
    copyNumber: 'Copy number',
    copyPayCode: 'Copy code',
    bank: 'Bank',
    counter: 'Paid at',
  },

  qr: {
    heading: (method) => `Scan to pay with ${method}`,
    text: 'Scan this code with an app on your phone. If this page is open on that same phone, save the picture and choose it from the gallery in the app.',
    picture: (method, amount, merchant) => `${method} code to pay ${amount} to ${merchant}`,
    save: 'Save the picture',
    merchant: 'Recipient',
    payload: 'The code as text',
    copyPayload: 'Copy text',
  },

  wallet: {
    heading: (method) => `Continue with ${method}`,
    text: (method) => `You complete the payment with ${method}. Afterwards you come back here to see the result.`,
    open: (method) => `Open ${method}`,
    pushed: (method, phone) =>
      `The payment request was sent to ${method} at ${phone}. Open the app and confirm the payment.`,
  },

  paid: {
    method: 'Paid by',
    code: 'Payment number',
    bankReference: 'Bank reference',
  },

  refunded: {
    partially_refunded: (merchant) => `${merchant} gave part of the money for this order back.`,
    refunded: (merchant) => `${merchant} gave the money for this order back.`,
    returned: (amount) => `${amount} goes back to you; it may take some days to show.`,
  },
}
