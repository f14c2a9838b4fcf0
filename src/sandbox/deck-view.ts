import { cvvDeck, expiryDeck, type IssuerAnswer, testCards, type ThreeDs } from '../card/deck.ts'
import { formatExpiry } from '../card/expiry.ts'
import type { Language } from '../pages/language.ts'
import type { CardsPage } from './cards-page.tsx'

/** What the simulated bank does with a card, for a developer to read. */
const threeDsWords: Readonly<Record<Language, Record<ThreeDs, string>>> = {
  id: {
    challenge: 'diminta OTP, lalu lolos (Y)',
    challenge_fails: 'diminta OTP, selalu gagal (N)',
    challenge_unavailable: 'diminta OTP, lalu tidak tersedia (U)',
    challenge_errs: 'diminta OTP, lalu galat (U)',
    frictionless: 'lolos tanpa OTP (Y)',
    attempted: 'dicoba, tanpa bukti penuh (A)',
    not_authenticated: 'ditolak tanpa OTP (N)',
    unavailable: 'tidak tersedia (U)',
    rejected: 'ditolak bank (R)',
    not_enrolled: 'tidak ikut 3-D Secure',
  },
  en: {
    challenge: 'asks for an OTP, then passes (Y)',
    challenge_fails: 'asks for an OTP, always fails (N)',
    challenge_unavailable: 'asks for an OTP, then is unavailable (U)',
    challenge_errs: 'asks for an OTP, then fails with an error (U)',
    frictionless: 'passes without an OTP (Y)',
    attempted: 'attempted, without full proof (A)',
    not_authenticated: 'refused without an OTP (N)',
    unavailable: 'unavailable (U)',
    rejected: 'rejected by the bank (R)',
    not_enrolled: 'takes no part in 3-D Secure',
  },
}

const acquirerWords = {
  id: {
    approves: 'disetujui',
    declines: 'ditolak',
    answers_nothing: 'tidak dijawab; diselidiki, lalu dibatalkan',
    answers_late: 'disetujui, tetapi jawabannya terlambat',
  },
  en: {
    approves: 'approved',
    declines: 'declined',
    answers_nothing: 'no answer; inquired about, then reversed',
    answers_late: 'approved, but the answer comes late',
  },
} as const

const neverAsked: ReadonlySet<ThreeDs> = new Set(['challenge_fails', 'not_authenticated', 'rejected'])

/** The decks as the page prints them; the table in `card/deck.ts` is the one truth. */
export function deckView(language: Language): Pick<CardsPage, 'cards' | 'expiries' | 'cvvs'> {
  const words = acquirerWords[language]
  const answer = (issuer: IssuerAnswer) =>
    issuer === 'approves' ? words.approves : `${words.declines} (${issuer.declines} ${issuer.reason})`
  return {
    cards: testCards.map(({ number, deck, threeDs, issuer }) => ({
      pan: number,
      deck,
      threeDs: threeDsWords[language][threeDs],
      outcome: neverAsked.has(threeDs) ? '–' : answer(issuer),
    })),
    expiries: expiryDeck.map(({ expiry, gatewayCode, acquirer }) => ({
      expiry: formatExpiry(expiry),
      outcome: `${words[acquirer]} (${gatewayCode})`,
    })),
    cvvs: cvvDeck.map(({ cvv, amexCvv, gatewayCode, issuer }) => ({
      cvv: `${cvv} / ${amexCvv}`,
      outcome: `${answer(issuer)}${issuer === 'approves' ? ` (${gatewayCode})` : ''}`,
    })),
  }
}
