/*
 * The schema library, for all that describe or check JSON. It is some 700 files, which took half of a start to
 * read; so everything of it comes through here, and the build makes one file of this one (`scripts/build.mjs`).
 */
export { type Static, type TObject, type TProperties, type TSchema, Type } from 'typebox'
export { Compile } from 'typebox/compile'
export { Check } from 'typebox/schema'
