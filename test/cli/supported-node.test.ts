import { describe, expect, it } from 'vitest'
import { assertSupportedNode } from '../../cli/supported-node.ts'

describe('the Node that Lockstep runs on', () => {
  it.each(['22.18.0', '22.18.1', '22.100.0', '24.0.0', '100.1.2'])('may be %s', (version) => {
    expect(() => assertSupportedNode(version, '>=22.18.0')).not.toThrow()
  })

  it.each(['22.17.9', '22.9.0', '20.20.2', '9.0.0'])(
    'is not %s, and who has it is told',
    (version) => {
      expect(() => assertSupportedNode(version, '>=22.18.0')).toThrow(
        expect.objectContaining({
          message: `Lockstep needs Node 22.18.0 or newer, and this is ${version}`,
          remedy: expect.stringContaining('npm install --save-dev node@22'),
        }),
      )
    },
  )
})
