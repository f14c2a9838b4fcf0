import type { ComponentChildren, InputHTMLAttributes } from 'preact'
import { Glyph } from './glyph.tsx'
import { type Language, phrases } from './language.ts'

export interface FieldProps {
  /** The name that is posted. */
  readonly name: string
  /** Where several fields of a page post one name; else the name. */
  readonly id?: string
  readonly label: string
  readonly hint?: ComponentChildren
  readonly error: string | null
  /** What stands at the end of the label's line. */
  readonly aside?: ComponentChildren
  /** What is drawn inside the box. */
  readonly inside?: ComponentChildren
  readonly full?: boolean
  /** What the script says when the field is empty, or does not look right. */
  readonly missing: string
  readonly invalid: string
  readonly input: InputHTMLAttributes & { readonly [hook: `data-${string}`]: string | true }
}

/** One text field: label, box, hint and error, tied together. The error's place is always there, for the script. */
export function Field(props: FieldProps) {
  const { name, id = name, label, hint, error, aside, inside, full = false, missing, invalid, input } = props
  const described = [`${id}-error`, ...(hint ? [`${id}-hint`] : [])].join(' ')
  return (
    <div class={full ? 'field full' : 'field'}>
      <div class="label-row">
        <label for={id}>{label}</label>
        {aside}
      </div>
      <div class={inside ? 'box with-brand' : 'box'}>
        <input
          id={id}
          name={name}
          type="text"
          required
          spellcheck={false}
          autocapitalize="off"
          aria-describedby={described}
          aria-invalid={error === null ? undefined : 'true'}
          data-check={name}
          data-missing={missing}
          data-invalid={invalid}
          {...input}
        />
        {inside}
      </div>
      <p class="error" id={`${id}-error`} hidden={error === null}>
        <Glyph name="warning" />
        <span data-words>{error}</span>
      </p>
      {hint ? (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      ) : null}
    </div>
  )
}

export interface SubmitProps {
  readonly language: Language
  readonly label: string
  /** What it says while the form is on its way. */
  readonly busy: string
  /** It is not what the page is for. */
  readonly quiet?: boolean
  readonly children?: ComponentChildren
}

/** The button that sends a form, and above it what the script says when there is no network. */
export function Submit({ language, label, busy, quiet = false, children }: SubmitProps) {
  return (
    <>
      <p class="notice bad" role="alert" data-offline hidden>
        {phrases(language).page.offline}
      </p>
      <button class={quiet ? 'button quiet' : 'button'} type="submit" data-busy={busy}>
        {children}
        <span data-label>{label}</span>
      </button>
    </>
  )
}

/** All that is wrong in a form, above it, with the focus on it (WCAG 3.3.1; works without script by `autofocus`). */
export function ErrorSummary({ heading, children }: { heading: string; children: ComponentChildren }) {
  return (
    <div class="notice bad" role="group" aria-labelledby="error-summary" tabIndex={-1} autofocus data-focus>
      <h2 id="error-summary">{heading}</h2>
      {children}
    </div>
  )
}

/** The sentence that each page of a payment has: did money move? */
export function MoneyLine({ children }: { children: ComponentChildren }) {
  return (
    <p class="money-line">
      <Glyph name="shield" />
      <span>{children}</span>
    </p>
  )
}
