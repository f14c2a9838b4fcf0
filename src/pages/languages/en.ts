import { ways } from './en-ways.ts'
import type { Phrases } from './id.ts'

/** Every word that a page says, in English. */
export const en: Phrases = {
  months: ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'],
  dateTime: (date, hour, minute) => `${date}, ${hour}:${minute} WIB`,
  duration: { days: '{d} d {h} h', hours: '{h} h {m} min', minutes: '{m}:{s}' },

  page: {
    languageSwitch: 'Language',
    thisLanguage: 'English',
    sandbox: 'Test mode: no real money moves.',
    testCards: 'See test cards',
    payThere: 'Pay at the simulated bank or app',
    poweredBy: 'Payment processed by',
    offline: 'You are offline. Nothing has been sent. Reconnect, then try again.',
    copy: 'Copy',
    copied: 'Copied',
    correctFirst: (title) => `Please correct: ${title}`,
  },

  order: {
    summary: 'Order summary',
    merchant: 'Merchant',
    total: 'Total',
    toPay: 'Total to pay',
    orderId: 'Order no.',
    description: 'Description',
    localTime: 'Your local time',
    payBefore: 'Pay before',
    timeLeft: 'Time left',
    timeIsUp: 'Time is up',
    minutesLeft: 'Time left: {m} min.',
    backTo: (merchant) => `Back to ${merchant}`,
  },

  card: {
    pickerHeading: 'Choose how to pay',
    method: 'Credit or debit card',
    methodHint: 'Visa, Mastercard, JCB, American Express, GPN',
    heading: 'Pay by card',
    title: (amount, merchant) => `Pay ${amount} to ${merchant}`,
    number: 'Card number',
    expiry: 'Expiry date',
    expiryHint: 'Month and year',
    expiryPlaceholder: 'MM/YY',
    cvv: 'CVV',
    cvvHint: '3 digits on the back',
    cvvHintAmex: '4 digits on the front',
    name: 'Name on card',
    pay: (amount) => `Pay ${amount}`,
    busy: 'Processing…',
    privacy: (merchant) => `${merchant} never sees your card number, and the CVV is never stored.`,
    retype: 'For your security, please type the card number, expiry date and CVV again.',
    errorHeading: 'Please check what you entered',
    errorIntro: 'No money has been taken.',
  },

  takes: {
    types: { DEBIT: 'debit', CREDIT: 'credit', PREPAID: 'prepaid' },
    only: (types, beginnings) =>
      `This order only takes ${types ? `${types} ` : ''}cards${beginnings ? ` whose number begins with ${beginnings}` : ''}.`,
    more: (count) => (count === 1 ? 'one other beginning' : `${count} other beginnings`),
  },

  errors: {
    number: {
      missing: 'Enter the card number.',
      invalid: 'This card number is not right. Please check the digits.',
      not_a_test_card: 'Test mode only accepts test cards. Do not enter a real card.',
      not_allowed: 'This card cannot be used for this order. Use another card.',
    },
    expiry: {
      missing: 'Enter the expiry date.',
      invalid: 'Write the expiry date as month/year, for example 09/33.',
      past: 'This card has expired. Please use another card.',
    },
    cvv: {
      missing: 'Enter the CVV.',
      invalid: 'The CVV has 3 digits (American Express: 4 digits).',
    },
    name: {
      missing: 'Enter the name as it appears on the card.',
      invalid: 'Use letters only in the name, at most 64 of them.',
    },
    points: {
      other_card: 'The points belong to another card. Use that card, or remove the tick.',
    },
  },

  refusal: {
    heading: 'The payment did not go through',
    noMoney: 'No money was taken.',
    attemptsLeft: (count) =>
      count === 1 ? 'You have one more try for this order.' : `You have ${count} more tries for this order.`,
    reasons: {
      do_not_honour: 'Your bank declined the payment without giving a reason. Use another card or contact your bank.',
      insufficient_funds: 'The balance or limit on this card is too low. Use another card or top up first.',
      expired_card: 'Your bank says that the card has expired. Check the date or use another card.',
      invalid_csc: 'The CVV does not match. Check the digits on your card and try again.',
      invalid_card: 'Your bank does not recognise this card. Check the number or use another card.',
      not_permitted: 'This card may not be used for online payments. Enable them at your bank or use another card.',
      limit_exceeded: 'This payment is above the limit of the card. Use another card or contact your bank.',
      authentication_failed: 'Your bank could not confirm that this is you. Try again and follow your bank’s steps.',
      authentication_cancelled: 'Verification on the bank’s page was cancelled. Try again when you are ready.',
      authentication_unavailable:
        'Bank verification is unavailable at the moment. Try again later or use another card.',
      issuer_unavailable: 'Your bank cannot be reached at the moment. Try again later or use another card.',
      timed_out: 'Your bank did not answer in time, so we cancelled this payment. Please try again.',
      too_many_card: 'Too many payments were tried with this card. Use another card, or try again later.',
      too_many_bank:
        'Too many payments were tried with cards of this bank. Use a card of another bank, or try again later.',
      too_many_connection: 'Too many payments were tried from this device or connection. Please try again later.',
      way_declined: 'The bank or app that you chose declined the payment. Try again or choose another way to pay.',
      way_insufficient_funds: 'The balance or limit there is too low. Top up or choose another way to pay.',
      way_cancelled:
        'The payment was cancelled in the app or on the page that you chose. Try again or choose another way to pay.',
      way_expired: 'The time for that way to pay is over. Choose how to pay again.',
      way_unavailable: 'That way to pay cannot be reached at the moment. Try again later or choose another.',
      way_unknown_account:
        'No account with that number or name was found there. Check it or choose another way to pay.',
      generic: 'The payment could not be processed. Try again or use another card.',
    },
  },

  recurring: {
    title: 'Recurring',
    units: { minute: 'minute', day: 'day', week: 'week', month: 'month', year: 'year' },
    every: (interval, unit) => (interval === 1 ? `every ${unit}` : `every ${interval} ${unit}s`),
    times: (count) => (count === 1 ? 'once' : `${count} times`),
    from: (day) => `from ${day}`,
    until: (day) => `until ${day}`,
    untilStopped: (merchant) => `until you ask ${merchant} to stop`,
    agreed: (merchant) => `After this payment, ${merchant} keeps this card and charges it again:`,
    stop: (merchant) => `${merchant} can stop that whenever you ask.`,
  },

  points: {
    tick: (worth, count, last4) => `Pay ${worth} of the total with ${count} points of the card ending in ${last4}`,
    tickAny: (last4) => `Pay part of the total with points of the card ending in ${last4}`,
    byNumber: (beginning, worth, count) => `${beginning}…: ${worth} with ${count} points`,
    hint: 'Your bank takes the points off and settles them with you. The total of the order stays the same.',
  },

  keepCard: {
    tick: (merchant) => `Save this card at ${merchant}`,
    always: (merchant) => `${merchant} will save this card.`,
    hint: (merchant) => `Next time you only need the CVV. ${merchant} can delete the card whenever you ask.`,
  },

  storedCard: {
    heading: 'Pay with your saved card',
    card: 'Saved card',
  },

  cvvAgain: {
    title: 'Type your CVV again',
    heading: 'Type your CVV again',
    text: 'Your bank has verified you, but we do not store the CVV. Type it once more to complete the payment.',
    noMoney: 'No money has been taken.',
    card: 'Card',
  },

  authenticate: {
    otherCard: 'Use another card',
    title: 'Verification with your bank',
    heading: 'Contacting your bank',
    text: 'The bank that issued your card is recognising this device. It usually takes a few seconds.',
    noMoney: 'No money has been taken.',
    button: 'Continue to your bank',
    frame: 'Device check by the bank',
    waiting: 'Contacting your bank…',
  },

  challenge: {
    title: 'Verification on your bank’s page',
    heading: 'One more step at your bank',
    text: 'The bank that issued your card wants to make sure that this is you. On the next page follow your bank’s instructions, for example by entering a one-time code.',
    after: 'Afterwards you come back here automatically.',
    noMoney: 'No money has been taken.',
    button: 'Open the bank’s page',
    waiting: 'Opening the bank’s page…',
  },

  verified: {
    headings: {
      SUCCESS: 'Your bank has finished',
      FAILURE: 'The verification was unsuccessful',
      PENDING: 'The verification is not finished',
    },
    text: (merchant) => `${merchant} goes on with your order on its own page.`,
    noMoney: 'No money has been taken in this step.',
  },

  processing: {
    title: 'Your payment is being processed',
    heading: 'Waiting for your bank',
    text: 'We are asking your bank for the result. This page changes by itself when the bank answers.',
    once: 'Please do not pay again.',
    safe: 'You may close this page. The result is recorded all the same, and the same link will show it.',
    lost: 'Connection lost. We keep checking; your payment is safe.',
    check: 'Check now',
    waiting: 'Waiting for your bank…',
  },

  paid: {
    title: (amount, merchant) => `Payment successful: ${amount} to ${merchant}`,
    heading: 'Payment successful',
    thanks: () => 'Thank you. Keep this page as your receipt.',
    againHeading: 'This order is already paid',
    againText: 'The payment succeeded earlier, perhaps in another tab. You were not charged again.',
    details: 'Receipt',
    amount: 'Amount paid',
    paidAt: 'Paid at',
    card: 'Card',
    cardEnding: (brand, last4) => `${brand} ending in ${last4}`,
    approvalCode: 'Approval code',
    reference: 'Reference',
    returning: (merchant) => `You return to ${merchant} in`,
    seconds: '{s} s',
    stay: 'Stay on this page',
    print: 'Print receipt',
    copyReference: 'Copy reference',
  },

  held: {
    title: (amount, merchant) => `Payment approved: ${amount} for ${merchant}`,
    heading: 'Payment approved',
    thanks: (merchant) =>
      `Your bank has set the money aside, and no money has been taken yet. ${merchant} takes it when it confirms your order; you need not do anything. Keep this page.`,
    againHeading: 'This payment is already approved',
    againText:
      'Your bank approved the payment earlier, perhaps in another tab. The money was not set aside a second time.',
    amount: 'Amount set aside',
    paidAt: 'Approved at',
  },

  closed: {
    expired: {
      title: 'The time to pay is over',
      text: (merchant) => `This order has expired. Place a new order at ${merchant} if you still want to buy.`,
    },
    cancelled: {
      title: 'Order cancelled',
      text: (merchant) => `${merchant} cancelled this order, so there is nothing left to pay.`,
    },
    failed: {
      title: 'Payment unsuccessful',
      text: (merchant) =>
        `All tries for this order have been used. Place a new order at ${merchant} or choose another way to pay.`,
    },
    released: {
      title: 'Payment cancelled',
      text: (merchant) => `${merchant} gave up this payment after your bank had approved it.`,
    },
    partially_refunded: {
      title: 'Part of the payment was refunded',
      text: (merchant) => `${merchant} gave part of the money back to the card that paid this order.`,
    },
    refunded: {
      title: 'Payment refunded',
      text: (merchant) => `${merchant} gave the money back to the card that paid this order.`,
    },
    noMoney: 'No money was taken.',
    returned: (amount) => `${amount} goes back to your card; your bank may take some days to show it.`,
  },

  problem: {
    unknown_link: {
      title: 'Link not found',
      text: 'This payment link is incomplete or mistyped. Open it again from the shop or from the message that you received.',
      money: 'No money was taken through this page.',
    },
    unavailable: {
      title: 'The service cannot be reached',
      text: 'This is a fault on our side and usually short. Wait a moment, then open your payment link again.',
      money:
        'If you already pressed the pay button, do not pay again. The same link will show you what really happened.',
    },
    internal: {
      title: 'Something went wrong on our side',
      text: 'The fault has been recorded. Open your payment link again to continue.',
      money:
        'If you already pressed the pay button, do not pay again. The same link will show you what really happened.',
    },
    too_many: {
      title: 'Too many tries',
      text: 'For your security this page takes a short break. Wait a minute, then try again.',
      money: 'The last try was not sent to the bank, so it took no money.',
    },
    retry: 'Try again',
  },

  ways,

  acs: {
    bank: 'Bank Simulator',
    sandbox: 'Not a real bank. This page imitates the 3-D Secure step for testing.',
    title: 'Enter the one-time code',
    heading: 'Enter the one-time code',
    text: (last4) =>
      `To approve the payment with the card ending in ${last4}, enter the code that was sent to your phone.`,
    merchant: 'Merchant',
    amount: 'Amount',
    card: 'Card',
    otp: 'One-time code (OTP)',
    hint: (otp) => `Code for testing: ${otp}`,
    wrong: (left) => (left === 1 ? 'Wrong code. You have one more try.' : `Wrong code. You have ${left} more tries.`),
    missing: 'Enter the one-time code.',
    submit: 'Approve payment',
    busy: 'Checking…',
    cancel: 'Cancel',
    returnTitle: 'Back to the payment page',
    returnHeading: 'The bank has finished checking',
    returnText: 'You are being taken back to the payment page.',
    returnButton: 'Back to the payment',
    methodTitle: 'Device check',
    methodText: 'The device has been recognised.',
    unknownTitle: 'Unknown verification request',
    unknownText: 'This request does not exist or is already finished. Open your payment link again.',
  },

  debit: {
    sandbox: 'Not a real bank. This page imitates the linking of an account, for tests.',
    title: 'Link an account',
    heading: (bank) => `Link your account: ${bank}`,
    text: (merchant) =>
      `${merchant} wants to charge your account for purchases that you agree to. ${merchant} does not see your account number.`,
    merchant: 'Merchant',
    account: 'Account number',
    accountHint: 'Only the test accounts below are taken.',
    missing: 'Fill in the account number.',
    unknown: 'This is not a test account. Do not enter a real one.',
    testAccounts: 'Test accounts',
    outcome: 'Outcome',
    submit: 'Continue',
    otpTitle: 'Enter the one-time code',
    otpText: (mask) =>
      `To link account ${mask}, enter the code that was sent to your phone. It is valid for five minutes.`,
    otpSubmit: 'Link the account',
    expired: 'The code is no longer valid. Ask for a new one.',
    again: 'Send a new code',
    linkedTitle: 'Account linked',
    linkedText: (mask, merchant) => `Account ${mask} can now be used at ${merchant}. No money was taken.`,
    failedTitle: 'Account not linked',
    failedText: {
      CANCELLED: 'You cancelled. No money was taken.',
      OTP_BLOCKED: 'The code was wrong too often. No money was taken.',
      expired: 'The time to link the account is over. No money was taken.',
    },
    unknownTitle: 'Unknown link',
    unknownText: 'There is no such link. Begin again at the merchant.',
  },

  cards: {
    title: 'Test cards',
    heading: 'Test cards',
    text: 'Numbers that several gateways publish for testing. Test mode accepts no other card.',
    caption: 'Test card numbers and their outcomes',
    number: 'Number',
    deck: 'Deck',
    threeDs: '3-D Secure',
    outcome: 'Outcome',
    expiryHeading: 'The expiry date decides',
    expiry: 'Expiry date',
    cvvHeading: 'The CVV decides',
    cvv: 'CVV',
    otp: (otp) => `One-time code at the bank simulator: ${otp}`,
    home: 'Sandbox home',
  },

  home: {
    title: 'Gerbang sandbox',
    heading: 'Your test gateway is ready',
    text: 'Paste this command, open the redirecturl of its answer, and pay with a test card.',
    credentials: 'Credentials',
    baseUrl: 'Base URL',
    merchantId: 'Merchant id',
    merchantKey: 'Merchant key',
    firstOrder: 'First order',
    cards: 'Test cards',
    cardsText: 'Which number gives which outcome.',
  },
}
