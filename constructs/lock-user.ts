import { Construct } from 'constructs'
import type { IServiceAccount } from 'kubernetes-models/v1'
import { dnsSubdomainProblem } from '../manifests/names.ts'
import type { EmittedObject } from './emitted-object.ts'
import type { Mistakes } from './mistakes.ts'
import { Namespace } from './namespace.ts'
import { choice, type Shape, shape } from './shape.ts'
import { text } from './value-shapes.ts'

/** An app that has a ServiceAccount of its own. */
export type AppWithAccount = Construct & {
  readonly serviceAccount: EmittedObject<IServiceAccount> | undefined
}

/** Who may hold a lock: an app, or a ServiceAccount of the lock's namespace by its name. */
export type LockUser = string | AppWithAccount

const APP: Shape<LockUser> = shape({
  expected: 'an app',
  example: 'ledger',
  is: (value) => Construct.isConstruct(value) && 'serviceAccount' in (value as object),
})

export const LOCK_USER: Shape<LockUser> = choice<LockUser>({
  expected: 'an app, or the name of a ServiceAccount',
  example: "'ledger'",
  pick: (value) => (typeof value === 'string' ? text('ledger') : APP),
})

/** As a subject of a RoleBinding. */
export interface LockSubject {
  readonly kind: 'ServiceAccount'
  readonly name: string
  readonly namespace: string
}

/** Who they are to the API server. Whoever has no name is reported and left out. */
export const subjectsOf = (
  users: readonly LockUser[],
  namespace: string,
  mistakes: Mistakes,
): readonly LockSubject[] =>
  users.flatMap((user, index): readonly LockSubject[] => {
    const option = `users[${index}]`
    if (typeof user !== 'string') return subjectOfApp(user, option, mistakes)
    const problem = dnsSubdomainProblem(user)
    if (problem === undefined) return [{ kind: 'ServiceAccount', name: user, namespace }]
    mistakes.add({ option, value: user, problem, remedy: 'Write the name of a ServiceAccount' })
    return []
  })

function subjectOfApp(
  { serviceAccount, node }: AppWithAccount,
  option: string,
  mistakes: Mistakes,
): readonly LockSubject[] {
  const namespace = serviceAccount && Namespace.tryOf(serviceAccount)?.name
  if (serviceAccount !== undefined && namespace !== undefined) {
    return [{ kind: 'ServiceAccount', name: serviceAccount.name, namespace }]
  }
  mistakes.add({
    option,
    value: node.id,
    problem: 'has no ServiceAccount of its own',
    remedy: 'Write the name of the account that it runs with',
  })
  return []
}
