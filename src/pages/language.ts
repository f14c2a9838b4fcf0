import { en } from './languages/en.ts'
import { id, type Phrases } from './languages/id.ts'

/** The languages of the pages; the first is the one for a payer who asks for neither. */
export const languages = ['id', 'en'] as const
export type Language = (typeof languages)[number]

const dictionaries: Readonly<Record<Language, Phrases>> = { id, en }

export function phrases(language: Language): Phrases {
  return dictionaries[language]
}

export function isLanguage(text: unknown): text is Language {
  return languages.some((language) => language === text)
}

/**
 * The language of an answer: what the payer chose (`?lang=`, the form's `lang`), else the best match of
 * `Accept-Language` (RFC 9110, 12.5.4), else Indonesian. `in` and `ms` count as Indonesian: the first is
 * its withdrawn ISO 639 code, which old Android devices still send, the second is close to it.
 */
export function pickLanguage(chosen: unknown, acceptLanguage: string | undefined): Language {
  if (isLanguage(chosen)) return chosen
  const wanted = (acceptLanguage ?? '')
    .split(',')
    .map((range) => {
      const [tag = '', ...parameters] = range
        .toLowerCase()
        .split(';')
        .map((part) => part.trim())
      const quality = parameters.find((parameter) => parameter.startsWith('q='))
      return { primary: tag.split('-')[0] ?? '', weight: quality ? Number(quality.slice(2)) || 0 : 1 }
    })
    .filter(({ weight }) => weight > 0)
    .sort((one, other) => other.weight - one.weight)
  for (const { primary } of wanted) {
    if (primary === 'en') return 'en'
    if (primary === 'id' || primary === 'in' || primary === 'ms') return 'id'
  }
  return 'id'
}
