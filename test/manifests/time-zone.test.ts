import { describe, expect, it } from 'vitest'
import { isTimeZone } from '../../manifests/time-zone.ts'

describe('isTimeZone', () => {
  it.each([
    'UTC',
    'Asia/Seoul',
    'Etc/GMT+5',
    'America/Port-au-Prince',
    'America/Argentina/Buenos_Aires',
  ])('takes %s', (name) => {
    expect(isTimeZone(name)).toBe(true)
  })

  // Kubernetes refuses `Local`, and kubelets on most systems tell upper from lower case.
  it.each([
    '',
    'Local',
    'asia/seoul',
    '+09:00',
    'Asia/Atlantis',
    'KST',
    '../etc/localtime',
    'Asia/Seoul ',
  ])('refuses %j', (name) => {
    expect(isTimeZone(name)).toBe(false)
  })
})
