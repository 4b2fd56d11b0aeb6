import { describe, expect, it } from 'vitest'
import { formatCheck } from '../../../checks/schema/formats.ts'

const VALUES: Readonly<Record<string, { right: readonly unknown[]; wrong: readonly unknown[] }>> = {
  int32: { right: [0, -(2 ** 31), 2 ** 31 - 1], wrong: [2 ** 31, -(2 ** 31) - 1] },
  quantity: { right: ['1', '500m', '1.5Gi', '1e3', 2, 0.5], wrong: ['', '1 Gi', '1GB', 'Gi', 'a'] },
  port: { right: [1, 65_535, 'http', 'a-1'], wrong: [0, 65_536, '', '80', 'HTTP', 'a--b', 'x y'] },
  'target-port': { right: [0, '', 80, 'http'], wrong: [-1, 65_536, '80', 'HTTP'] },
  byte: {
    right: ['', 'AAEC', 'AA==', 'AAE=', 'AAEC\nAAEC'],
    wrong: ['A', 'AAE', 'AA=', 'a b c d'],
  },
  'date-time': {
    right: ['2026-01-31T12:00:00Z', '2024-02-29T23:59:59.123+09:00'],
    wrong: ['2026-02-29T12:00:00Z', '2026-01-31', '2026-01-31T24:00:00Z', '2026-01-31T12:00:00'],
  },
  'micro-time': {
    right: ['2026-01-31T12:00:00.000000Z', '2026-01-31T12:00:00.123456-05:00'],
    wrong: ['2026-01-31T12:00:00Z', '2026-01-31T12:00:00.123Z'],
  },
  date: { right: ['2026-01-31'], wrong: ['2026-13-01', '2026-1-31', '2026-01-31T12:00:00Z'] },
  ipv4: { right: ['192.0.2.1', '0.0.0.0'], wrong: ['192.0.2', '256.0.0.1', '192.0.2.01'] },
  ipv6: {
    right: ['::', '::1', '2001:db8::1', '1:2:3:4:5:6:7:8', '::ffff:192.0.2.1'],
    wrong: ['1:2:3', '1::2::3', '12345::', '1:2:3:4:5:6:7:8:9', '::ffff:192.0.2.256', 'fe80::1%0'],
  },
  uuid: {
    right: ['123e4567-e89b-12d3-a456-426614174000'],
    wrong: ['123e4567', '123e4567-e89b-12d3-a456-42661417400g'],
  },
}

describe.each(Object.entries(VALUES))('The format %s', (format, { right, wrong }) => {
  it.each(right)('takes %j', (value) => {
    expect(formatCheck(format)?.(value)).toBeUndefined()
  })

  it.each(wrong)('refuses %j', (value) => {
    expect(formatCheck(format)?.(value)?.message).toContain(JSON.stringify(value))
  })
})

describe('A format that is left to the API server', () => {
  it('has no check', () => {
    expect(formatCheck('uri')).toBeUndefined()
    expect(formatCheck('constructor')).toBeUndefined()
  })
})
