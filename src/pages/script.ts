import { cardBrands } from './card-brand.ts'

/**
 * The one script of every page. It adds comfort and holds no rule: without it every page works, and the
 * server checks everything again. It learns what to do from `data-` attributes, and says nothing of its
 * own: its words are in those attributes too. Its checks of the card form exist because a refused form
 * comes back without card number and CVV, which no page ever echoes.
 */
function pageScript(brands: typeof cardBrands): void {
  const all = <E extends HTMLElement = HTMLElement>(selector: string, within: ParentNode = document): E[] =>
    Array.from(within.querySelectorAll<E>(selector))
  const one = (selector: string, within: ParentNode = document): HTMLElement | null =>
    within.querySelector<HTMLElement>(selector)
  const digitsOf = (text: string): string => text.replace(/\D/g, '')
  const fill = (pattern: string, values: Record<string, number | string>): string =>
    pattern.replace(/\{(\w)\}/g, (_, name: string) => String(values[name]))
  const two = (value: number): string => String(value).padStart(2, '0')

  const self = document.body.dataset['self'] ?? location.href
  const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[]
  // Whoever comes back by the back button wants to stop: nothing moves on by itself then.
  const cameBack = navigation?.type === 'back_forward'

  const announce = (text: string): void => {
    const region = one('[data-announce]')
    if (region) region.textContent = text
  }

  const brandOf = (digits: string): (typeof brands)[number] | undefined =>
    brands.find(({ prefix }) => new RegExp(prefix).test(digits))

  const grouped = (digits: string): string => {
    const parts: string[] = []
    let from = 0
    for (const size of [...(brandOf(digits)?.groups ?? [4, 4, 4, 4]), 4, 4]) {
      if (from < digits.length) parts.push(digits.slice(from, from + size))
      from += size
    }
    return parts.join(' ')
  }

  /** Rewrites a field while it is typed in, keeping the caret behind the same digit. */
  const rewrite = (input: HTMLInputElement, format: (digits: string) => string): void => {
    const caret = input.selectionStart ?? input.value.length
    const atEnd = caret === input.value.length
    const before = digitsOf(input.value.slice(0, caret)).length
    const text = format(digitsOf(input.value))
    if (text === input.value) return
    input.value = text
    let place = 0
    for (let seen = 0; seen < before && place < text.length; place += 1) if (/\d/.test(text[place] ?? '')) seen += 1
    if (atEnd) place = text.length
    if (document.activeElement === input) input.setSelectionRange(place, place)
  }

  const numberFields = (): void => {
    const input = document.querySelector<HTMLInputElement>('[data-card-number]')
    if (!input) return
    const label = one('[data-brand]')
    const hint = one('[data-cvv-hint]')
    const plainHint = hint?.textContent ?? ''
    const show = (): void => {
      rewrite(input, (digits) => grouped(digits.slice(0, 19)))
      const brand = brandOf(digitsOf(input.value))
      if (label && label.textContent !== (brand?.name ?? '')) label.textContent = brand?.name ?? ''
      if (hint) hint.textContent = brand?.cvv === 4 ? (hint.dataset['cvvHint'] ?? '') : plainHint
    }
    input.addEventListener('input', show)
    show()
  }

  const expiryField = (): void => {
    const input = document.querySelector<HTMLInputElement>('[data-expiry]')
    input?.addEventListener('input', (event) => {
      const deleting = event instanceof InputEvent && event.inputType.startsWith('delete')
      const typed = input.value
      if (deleting) return
      rewrite(input, (digits) => {
        const long = /^\d{2}20\d{2}$/.test(digits) ? digits.slice(0, 2) + digits.slice(4) : digits
        const full = /^[2-9]/.test(long) || /^1\s*\//.test(typed) ? `0${long}` : long
        return full.length < 2 ? full : `${full.slice(0, 2)}/${full.slice(2, 6)}`
      })
    })
  }

  const digitFields = (): void => {
    for (const input of all<HTMLInputElement>('[data-digits]'))
      input.addEventListener('input', () =>
        rewrite(input, (digits) => digits.slice(0, Number(input.dataset['digits']))),
      )
  }

  const luhn = (digits: string): boolean =>
    Array.from(digits)
      .reverse()
      .reduce((sum, digit, place) => {
        const value = Number(digit) * (place % 2 === 1 ? 2 : 1)
        return sum + (value > 9 ? value - 9 : value)
      }, 0) %
      10 ===
    0

  const looksRight: Record<string, (text: string) => boolean> = {
    number: (text) => /^\d{12,19}$/.test(digitsOf(text)) && luhn(digitsOf(text)),
    expiry: (text) => /^\s*(0?[1-9]|1[0-2])\s*[/\-. ]?\s*(\d{2}|\d{4})\s*$/.test(text),
    cvv: (text) => /^\d{3,4}$/.test(text.trim()),
    phone: (text) => /^(0|62)8\d{8,11}$/.test(digitsOf(text)),
    cashtag: (text) => /^\$?[a-z\d]{1,30}$/i.test(text.trim()),
  }

  const setError = (input: HTMLInputElement, text: string): void => {
    const slot = document.getElementById(`${input.id}-error`)
    if (!slot) return
    slot.hidden = text === ''
    const words = one('[data-words]', slot)
    if (words) words.textContent = text
    if (text) input.setAttribute('aria-invalid', 'true')
    else input.removeAttribute('aria-invalid')
  }

  const mistake = (input: HTMLInputElement): string => {
    if (input.value.trim() === '') return input.dataset['missing'] ?? ''
    const right = looksRight[input.dataset['check'] ?? '']?.(input.value) ?? true
    return right ? '' : (input.dataset['invalid'] ?? '')
  }

  const fieldChecks = (): void => {
    for (const input of all<HTMLInputElement>('[data-check]')) {
      input.addEventListener('input', () => setError(input, ''))
      // Not at once: a line that appears while a button is being pressed moves the button from under the finger.
      input.addEventListener('change', () =>
        setTimeout(() => {
          if (input.value.trim() && document.activeElement !== input) setError(input, mistake(input))
        }, 300),
      )
    }
  }

  /** Says what is wrong at each field and goes to the first; true if nothing is. */
  const passes = (form: HTMLFormElement): boolean => {
    let first: HTMLInputElement | undefined
    for (const input of all<HTMLInputElement>('[data-check]', form)) {
      const text = mistake(input)
      setError(input, text)
      if (text) first ??= input
    }
    first?.focus()
    return !first
  }

  const setBusy = (form: HTMLFormElement, button: HTMLElement | null, busy: boolean): void => {
    form.toggleAttribute('data-sent', busy)
    form.setAttribute('aria-busy', String(busy))
    const label = button && one('[data-label]', button)
    if (!button || !label) return
    if (busy) {
      button.setAttribute('aria-disabled', 'true')
      label.dataset['idle'] = label.textContent ?? ''
      label.textContent = button.dataset['busy'] ?? label.textContent
      announce(label.textContent ?? '')
    } else {
      button.removeAttribute('aria-disabled')
      label.textContent = label.dataset['idle'] ?? label.textContent
    }
  }

  const forms = (): void => {
    for (const form of all<HTMLFormElement>('form[data-once]'))
      form.addEventListener('submit', (event) => {
        const skipsChecks = event.submitter?.hasAttribute('formnovalidate') ?? false
        // One form of a page is sent, and once: what is on its way is not overtaken by another choice.
        if (one('form[data-sent]') || (!skipsChecks && !passes(form))) return event.preventDefault()
        const offline = one('[data-offline]', form) ?? one('[data-offline]')
        if (offline) offline.hidden = navigator.onLine
        if (!navigator.onLine) return event.preventDefault()
        setBusy(form, event.submitter ?? one('button', form), true)
      })
    window.addEventListener('pageshow', (event) => {
      if (!event.persisted) return
      for (const form of all<HTMLFormElement>('form[data-sent]')) setBusy(form, one('[aria-disabled]', form), false)
      // A page out of the browser's memory may be older than the order's state.
      if (document.body.dataset['self']) location.replace(self)
    })
    for (const form of all<HTMLFormElement>('form[data-auto-submit]'))
      if (!cameBack) setTimeout(() => form.requestSubmit(), Number(form.dataset['autoSubmit']))
  }

  /** What EMVCo 3-D Secure asks of a browser (JavaScript values of the AReq). */
  const browserData = (): void => {
    const values: Record<string, string> = {
      browserLanguage: navigator.language,
      browserTimeZone: String(new Date().getTimezoneOffset()),
      browserScreenWidth: String(screen.width),
      browserScreenHeight: String(screen.height),
      browserColorDepth: String(screen.colorDepth),
    }
    for (const input of all<HTMLInputElement>('input[data-browser]')) input.value = values[input.name] ?? ''
  }

  /** The 3DS method step: the bank looks at the browser in a hidden frame, for at most ten seconds. */
  const methodStep = (): void => {
    const method = document.querySelector<HTMLFormElement>('form[data-method]')
    const frame = document.querySelector<HTMLIFrameElement>('iframe[data-method-frame]')
    const next = document.querySelector<HTMLFormElement>('form[data-method-next]')
    const completed = next?.querySelector<HTMLInputElement>('input[name=methodCompleted]')
    if (!next || !completed || cameBack) return
    const goOn = (value: string): void => {
      if (next.hasAttribute('data-sent')) return
      completed.value = value
      next.requestSubmit()
    }
    if (!method || !frame) return goOn('U')
    window.addEventListener('message', ({ origin, source, data }) => {
      if (origin === location.origin && source === frame.contentWindow && data === 'three-ds-method-done') goOn('Y')
    })
    setTimeout(() => goOn('N'), 10_000)
    method.submit()
  }

  const countdown = (): void => {
    const clock = one('[data-countdown]')
    if (!clock) return
    const { countdown = '0', days = '', hours = '', minutes = '', up = '', warning = '' } = clock.dataset
    const end = Date.now() + Number(countdown)
    const announced = new Set<number>()
    const tick = (): void => {
      const seconds = Math.ceil((end - Date.now()) / 1000)
      const d = Math.floor(seconds / 86_400)
      const h = Math.floor(seconds / 3600)
      const m = Math.floor(seconds / 60) % 60
      if (seconds <= 0) {
        clock.textContent = up
        // The server knows whether it is over; a form that is on its way is left alone.
        if (!one('form[data-sent]')) setTimeout(() => location.replace(self), 5_000)
        return
      }
      if (d > 1) clock.textContent = fill(days, { d, h: h % 24 })
      else if (h > 0) clock.textContent = fill(hours, { h, m })
      else clock.textContent = fill(minutes, { m: two(m), s: two(seconds % 60) })
      clock.toggleAttribute('data-soon', seconds <= 300)
      if ((seconds === 300 || seconds === 60) && !announced.has(m)) {
        announced.add(m)
        announce(fill(warning, { m }))
      }
      setTimeout(tick, 1000)
    }
    tick()
  }

  /** A deadline by the clock of whoever is not on Western Indonesia Time. */
  const localTime = (): void => {
    const place = one('[data-local-time]')
    const words = place && one('dd', place)
    const time = new Date(place?.dataset['localTime'] ?? '')
    if (!place || !words || time.getTimezoneOffset() === -420) return
    const { lang } = document.documentElement
    // The order of day and month, and the 24 hours, of the deadline above.
    words.textContent = time.toLocaleString(lang === 'en' ? 'en-GB' : lang, {
      day: 'numeric',
      month: 'short',
      year: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
      timeZoneName: 'short',
    })
    place.hidden = false
  }

  const poll = (): void => {
    const place = one('[data-poll]')
    if (!place) return
    const { poll: url = '', state, slowest = '10000' } = place.dataset
    const lost = one('[data-lost]')
    let waitMs = 1000
    let timer = 0
    const askIn = (ms: number): void => {
      timer = window.setTimeout(() => void ask(), ms)
    }
    const ask = async (): Promise<void> => {
      try {
        const answer = await fetch(url, { cache: 'no-store', signal: AbortSignal.timeout(8000) })
        const body = (await answer.json()) as { state?: unknown }
        if (!answer.ok || typeof body.state !== 'string') throw new Error('no state')
        if (body.state !== state) return location.replace(self)
        if (lost) lost.hidden = true
      } catch {
        if (lost) lost.hidden = false
      }
      waitMs = Math.min(waitMs * 1.5, Number(slowest))
      askIn(waitMs)
    }
    askIn(waitMs)
    const now = (): void => {
      if (document.hidden) return
      clearTimeout(timer)
      waitMs = 1000
      askIn(0)
    }
    document.addEventListener('visibilitychange', now)
    window.addEventListener('online', now)
  }

  const returnToMerchant = (): void => {
    const place = one('[data-return]')
    const words = place && one('[data-seconds]', place)
    if (!place || !words || cameBack) return
    let seconds = Number(place.dataset['after'] ?? 10)
    place.hidden = false
    const tick = (): void => {
      words.textContent = fill(words.dataset['seconds'] ?? '', { s: seconds })
      if (seconds === 0) location.assign(place.dataset['return'] ?? '')
      seconds -= 1
    }
    tick()
    const timer = setInterval(tick, 1000)
    one('[data-stay]', place)?.addEventListener('click', () => {
      clearInterval(timer)
      place.hidden = true
      one('main')?.focus()
    })
  }

  const buttons = (): void => {
    for (const button of all('[data-print]')) {
      button.hidden = false
      button.addEventListener('click', () => window.print())
    }
    for (const button of all('[data-copy]')) {
      if (!navigator.clipboard) continue
      button.hidden = false
      const label = one('[data-label]', button)
      const idle = label?.textContent ?? ''
      const copy = async (): Promise<void> => {
        await navigator.clipboard.writeText(button.dataset['copy'] ?? '')
        if (label) label.textContent = button.dataset['copied'] ?? ''
        announce(button.dataset['copied'] ?? '')
        setTimeout(() => {
          if (label) label.textContent = idle
        }, 2000)
      }
      button.addEventListener('click', () => void copy())
    }
  }

  /** On paper everything is open. */
  const printing = (): void => {
    let opened: HTMLElement[] = []
    window.addEventListener('beforeprint', () => {
      opened = all('details[data-printed]:not([open])')
      for (const each of opened) each.toggleAttribute('open', true)
    })
    window.addEventListener('afterprint', () => {
      for (const each of opened) each.toggleAttribute('open', false)
    })
  }

  /** For browsers that know `autofocus` on fields only. */
  const focusErrors = (): void => {
    if (!('autofocus' in HTMLElement.prototype)) one('[data-focus]')?.focus()
  }

  numberFields()
  expiryField()
  digitFields()
  fieldChecks()
  browserData()
  forms()
  methodStep()
  countdown()
  localTime()
  poll()
  returnToMerchant()
  buttons()
  printing()
  focusErrors()
  if (one('[data-method-done]')) parent.postMessage('three-ds-method-done', location.origin)
}

/** The script as pages carry it: no comments, no indentation. Its hash is in the CSP. */
export const script = `(${pageScript.toString()})(${JSON.stringify(cardBrands)})`
  .replace(/\/\*\*[\s\S]*?\*\//g, '')
  .replace(/^\s*\/\/.*$/gm, '')
  .replace(/^\s+/gm, '')
