import { fieldPath } from '../../manifests/field-path.ts'
import { forEachObject, type Problem } from '../for-each.ts'
import type { Rule } from '../rule.ts'

/**
 * What does not come through kustomize, by which Flux builds every sync: it reads a manifest, writes
 * it anew, and reads that. Tried on the real one, by `test/control-plane/gitops/texts.test.ts`.
 */
const LOST: readonly (readonly [form: RegExp, message: string])[] = [
  [/\u0085/, 'The text has the character U+0085, which arrives as a space'],
  [
    /[\u007f-\u009f\ufffe\uffff]/,
    'The text has a character that the build of the sync refuses, and everything else of the sync with it',
  ],
  [
    /^\t(?=.*\n)\s*\S/s,
    'The text of several lines begins with a tab, which the build of the sync refuses, and everything else of the sync with it',
  ],
]

const textLost: Rule = {
  id: 'gitops/text-lost',
  severity: 'advice',
  title: 'Every text comes through the build of a sync as it is',
  why: 'Flux builds with kustomize, which cannot read again what it has written of such a text. It fails, and nothing of the sync is applied; or the text is another one. Argo CD does the same where the folder has a kustomization.',
  check: forEachObject((object) => problemsIn(object, [])),
}

const NONE: readonly Problem[] = Object.freeze([])

/** Whether a text needs a closer look; almost none does. */
const SUSPECT = /[\u007f-\u009f\ufffe\uffff]|^\t/

function problemsIn(value: unknown, path: (string | number)[]): readonly Problem[] {
  if (typeof value === 'string') return SUSPECT.test(value) ? problemOf(value, path) : NONE
  if (typeof value !== 'object' || value === null) return NONE
  let problems = NONE
  for (const [name, item] of Object.entries(value)) {
    path.push(Array.isArray(value) ? Number(name) : name)
    const found = problemsIn(item, path)
    if (found.length > 0) problems = [...problems, ...found]
    path.pop()
  }
  return problems
}

function problemOf(value: string, path: readonly (string | number)[]): readonly Problem[] {
  const [, message] = LOST.find(([form]) => form.test(value)) ?? []
  if (message === undefined) return []
  const remedy = 'Put the bytes into `binaryData`, or write the text without it'
  return [{ field: fieldPath(path), message, remedy }]
}

export const gitopsTextRules: readonly Rule[] = [textLost]
