import { FencingPolicy } from '../../constructs/fencing-policy.ts'
import { Lock } from '../../constructs/lock.ts'
import { type Golden, golden } from './golden.ts'

const CURSOR = { apiVersion: 'v1', kind: 'ConfigMap', name: 'cursor' } as const

/** What guards the tokens of a lock. */
const ADMISSION_POLICIES = { since: '1.30' } as const

export const locks: readonly Golden[] = [
  golden(
    'lock-least',
    (scope, id) => {
      new Lock(scope, id)
    },
    ADMISSION_POLICIES,
  ),
  golden(
    'lock-everything',
    (scope, id) => {
      new Lock(scope, id, {
        users: ['migrator'],
        protects: [CURSOR, { apiVersion: 'apps/v1', kind: 'Deployment', name: 'books' }],
        sharedWith: [{ user: 'jane', risk: 'she repairs it by hand' }],
      })
    },
    ADMISSION_POLICIES,
  ),
  golden(
    'lock-interop',
    (scope, id) => {
      new Lock(scope, id, { mode: 'interop', slots: 3, users: ['migrator'] })
    },
    ADMISSION_POLICIES,
  ),
  golden(
    'fence-alone',
    (scope, id) => {
      new FencingPolicy(scope, id, { lock: 'ledger', protects: [CURSOR] })
    },
    ADMISSION_POLICIES,
  ),
]
