import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MalformedRecordError } from '../../rollouts/malformed-record-error.ts'
import { readRendition, renditionFile } from '../../rollouts/rendition-file.ts'
import { allNastyStrings } from '../manifests/nasty-strings.ts'
import { soundPlan } from './plan-fixture.ts'
import { renditionOf } from './renditions.ts'

const rendition = renditionOf('registry.example.com/shop/checkout:1.4', soundPlan)
const { path, text } = renditionFile('shop/checkout', rendition)
const PATH = `prod/${path}`

it('lies beside the record, by its revision', () => {
  expect(path).toBe(`rollouts/shop/checkout/revisions/${rendition.revision}.yaml`)
})

it('is read back with the objects in it', () => {
  expect(readRendition(text, PATH)).toEqual(rendition)
})

it('keeps every byte of every file', () => {
  const comments = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom(...allNastyStrings))
  fc.assert(
    fc.property(fc.array(comments, { maxLength: 4 }), (lines) => {
      const files = rendition.files.map((file, index) => {
        const comment = (lines[index] ?? '').replaceAll(
          /\p{Cc}|[\u2028\u2029\ufeff\ufffe\uffff]/gu,
          '',
        )
        return { ...file, text: `# ${comment}\n${file.text}` }
      })
      const written = renditionFile('shop/checkout', { ...rendition, files })
      expect(readRendition(written.text, PATH).files.map((file) => file.text)).toEqual(
        files.map((file) => file.text),
      )
    }),
  )
})

function refusalOf(broken: string, at = PATH): readonly string[] {
  try {
    readRendition(broken, at)
  } catch (error) {
    if (!(error instanceof MalformedRecordError)) throw error
    return error.problems.map(({ field, problem }) => `${field} ${problem}`)
  }
  throw new Error('It was read')
}

const withFiles = (files: typeof rendition.files): string =>
  renditionFile('shop/checkout', { ...rendition, files }).text

const [deployment, ...others] = rendition.files

describe.each<readonly [what: string, broken: string, problem: string]>([
  ['nothing', '', '(root) must be one document'],
  [
    'an object at the path of another',
    withFiles([
      { ...deployment, path: 'workloads/shop/checkout/deployment.apps-web.yaml' } as never,
    ]),
    'spec.files[0].path must be workloads/shop/checkout/deployment.apps-checkout.yaml',
  ],
  [
    'a file outside of the app',
    withFiles([{ ...deployment, path: '../../etc/passwd' } as never]),
    'spec.files[0].path must be workloads/',
  ],
  [
    'no object',
    withFiles([{ ...deployment, text: 'x: 1\n' } as never]),
    'spec.files[0].text must be one Kubernetes object',
  ],
  [
    'two objects',
    withFiles([{ ...deployment, text: `${deployment?.text}---\n${deployment?.text}` } as never]),
    'spec.files[0].text must be one Kubernetes object',
  ],
  [
    'half an object',
    withFiles([{ ...deployment, text: 'a: {' } as never]),
    'spec.files[0].text cannot be read',
  ],
  [
    'a file twice',
    withFiles([...others, ...others]),
    `spec.files[${others.length}].path is there twice`,
  ],
])('%s', (_, broken, problem) => {
  it('is refused, with where and what', () => {
    expect(refusalOf(broken).map((found) => found.slice(0, problem.length))).toContain(problem)
  })
})

it('is refused under the name of another revision', () => {
  const other = PATH.replace(rendition.revision, 'bcdfghjklm')
  expect(refusalOf(text, other)[0]).toMatch(/^metadata is of another/)
})
