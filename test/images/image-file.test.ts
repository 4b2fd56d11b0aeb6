import { describe, expect, it } from 'vitest'
import { imageAt, withImageAt } from '../../images/image-file.ts'

const digest = (digit: string) => `sha256:${digit.repeat(64)}`
const IMAGE = `ghcr.io/acme/web:1.4.0@${digest('a')}`
const NEXT = `ghcr.io/acme/web:1.4.1@${digest('b')}`
const AT = ['prod', 'web']
const fileOf = (text: string) => ({ path: 'images.json', text })

describe('An edit of a file of images', () => {
  it.each([
    ['indented by two', `{\n  "staging": { "web": "${IMAGE}" },\n  "prod": { "web": "#" }\n}\n`],
    ['indented by tabs, with breaks of Windows', `{\r\n\t"prod": {\r\n\t\t"web": "#"\r\n\t}\r\n}`],
    ['on one line', `{"prod":{"web":"#","cart":"${IMAGE}"}}`],
    [
      'with the same image before and after it',
      `{"a":"${IMAGE}","prod":{"web":"#"},"z":"${IMAGE}"}`,
    ],
    ['with the image as a key', `{"${IMAGE}":1,"prod":{"web":"#"}}`],
    ['with what looks like a prototype', `{"__proto__":{"web":"x"},"prod":{"web":"#"}}`],
    ['with numbers that no program would write so', `{"n":1.50e0,"prod":{"web":"#"}}`],
  ])('%s changes nothing but the image', (_, template) => {
    const edited = withImageAt(fileOf(template.replace('#', IMAGE)), AT, NEXT)
    expect(edited).toBe(template.replace('#', NEXT))
  })

  it.each([
    ['with escapes', `{"prod":{"web":"${IMAGE.replaceAll('/', '\\/')}"}}`],
    ['twice', `{"prod":{"web":"${IMAGE}"},"prod":{"web":"${IMAGE.replaceAll('/', '\\/')}"}}`],
  ])('is refused if it is there %s', (_, text) => {
    expect(() => withImageAt(fileOf(text), AT, NEXT)).toThrow('images.json, at prod.web, cannot be')
  })
})

describe('An entry of a file of images', () => {
  it('is read', () => {
    expect(imageAt(fileOf(`{"prod":{"web":"${IMAGE}"}}`), AT)).toEqual({
      repository: 'ghcr.io/acme/web',
      tag: '1.4.0',
      digest: digest('a'),
      reference: IMAGE,
    })
  })

  it.each([
    ['{', 'images.json is no JSON'],
    ['[]', 'images.json, at prod.web, has nothing'],
    ['{"prod":{}}', 'images.json, at prod.web, has nothing'],
    ['{"prod":{"web":1}}', 'images.json, at prod.web, has no image'],
    ['{"prod":{"web":"no image"}}', 'images.json, at prod.web, has no image'],
    ['{"prod":"web"}', 'images.json, at prod.web, has nothing'],
  ])('%s is said to be wrong', (text, mistake) => {
    expect(() => imageAt(fileOf(text), AT)).toThrow(mistake)
  })

  it('is never one of the prototype', () => {
    expect(() => imageAt(fileOf('{}'), ['constructor', 'name'])).toThrow('has nothing')
  })
})
