import { describe, expect, it } from 'vitest'
import { parseImage } from '../../manifests/image-reference.ts'

const digest = `sha256:${'0123456789abcdef'.repeat(4)}`

describe('parseImage', () => {
  it.each([
    ['web', { repository: 'web' }],
    ['shop/web:1.4.2', { repository: 'shop/web', tag: '1.4.2' }],
    ['registry.example.com:5000/web', { repository: 'registry.example.com:5000/web' }],
    [
      `registry.example.com:5000/shop/web:v1_a-b@${digest}`,
      { repository: 'registry.example.com:5000/shop/web', tag: 'v1_a-b', digest },
    ],
    [`web@${digest}`, { repository: 'web', digest }],
    [`web:${'t'.repeat(128)}`, { repository: 'web', tag: 't'.repeat(128) }],
  ])('takes %s apart', (image, parts) => {
    expect(parseImage(image)).toEqual(parts)
  })

  it.each([
    ...[
      '',
      ' ',
      'Web',
      'shop/Web',
      'web:',
      'web:-a',
      'web:a b',
      'web@',
      'web@sha256:0123',
      'web@md5:00',
    ],
    ...[
      'https://registry.example.com/web',
      '/web',
      'web/',
      'a//b',
      `web:${'t'.repeat(129)}`,
      'web\n',
    ],
    `web@${digest}:1`,
  ])('finds no image in %j', (image) => {
    expect(parseImage(image)).toBeUndefined()
  })
})
