import type { Dossier } from './dossier.ts'

/** What a check is, for whoever reads its result. */
export interface Check {
  readonly name: string
  /** Number of the invariant that it belongs to (ARCHITECTURE.md). */
  readonly invariant: number
  /** What always holds, as a sentence. */
  readonly about: string
}

/** Says that something is not as it must be, in a sentence without card data and without secrets. */
export type Fault = (sentence: string) => void

/** How the gateway is set, as far as a check has to know. */
export interface AuditSettings {
  /** By when an unknown outcome is settled. */
  readonly unknownMinutes: number
}

/** A check of one order. Answers how many things it looked at. */
export interface OrderCheck extends Check {
  readonly look: (dossier: Dossier, fault: Fault, settings: AuditSettings) => number
}

/** Something that is not as it must be. */
export interface Finding {
  readonly check: string
  readonly invariant: number
  /** Null where the finding is about the database as a whole. */
  readonly merchantId: string | null
  readonly orderId: string | null
  readonly sentence: string
}

/** Whose the finding is. */
export type Place = Pick<Finding, 'merchantId' | 'orderId'>

/** Where the checks tell what they looked at and what they found. */
export interface Tally {
  examined(check: Check, count: number): void
  found(check: Check, place: Place, sentence: string): void
}
