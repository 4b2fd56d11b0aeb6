import { describe, expect, it } from 'vitest'
import type { Authorizer, LockVerb } from '../../../functions/identity/authorizer.ts'

/** What somebody was granted. */
export interface Grant {
  readonly to: { readonly name: string } | { readonly group: string }
  readonly verbs: readonly LockVerb[]
  /** `*` for all. */
  readonly namespace: string
  /** `*` for all. */
  readonly name: string
}

export interface AuthorizerContractProps {
  readonly name: string
  /** Two that there are. */
  readonly namespaces: () => Promise<readonly [string, string]>
  /** One by which these grants hold, beside those of other tests. */
  readonly open: (grants: readonly Grant[]) => Promise<Authorizer>
}

const VERBS: readonly LockVerb[] = ['hold', 'break', 'read']
let subjects = 0

/** What every `Authorizer` must do. */
export function describeAuthorizer({ name, namespaces, open }: AuthorizerContractProps): void {
  /** A name or group that no other test has. */
  const someone = () => `somebody-${++subjects}`
  const allowedTo = async (
    authorizer: Authorizer,
    who: string,
    lock: readonly [string, string],
    groups: readonly string[] = [],
  ): Promise<readonly LockVerb[]> => {
    const [namespace, name] = lock
    const allowed: LockVerb[] = []
    for (const verb of VERBS) {
      const access = { verb, namespace, name }
      const signal = AbortSignal.timeout(20_000)
      if (await authorizer.allows({ name: who, groups }, access, signal)) allowed.push(verb)
    }
    return allowed
  }

  describe(`${name} as an Authorizer`, () => {
    it('allows nothing to whom nothing was granted', async () => {
      const [namespace] = await namespaces()
      const to = { name: someone() }
      const authorizer = await open([{ to, verbs: VERBS, namespace, name: '*' }])
      expect(await allowedTo(authorizer, someone(), [namespace, 'import'])).toEqual([])
      expect(await allowedTo(authorizer, `${to.name}0`, [namespace, 'import'])).toEqual([])
      expect(await allowedTo(authorizer, to.name.slice(0, -1), [namespace, 'import'])).toEqual([])
    })

    it.each(VERBS)('takes the right to %s for nothing else', async (verb) => {
      const [namespace] = await namespaces()
      const who = someone()
      const authorizer = await open([
        { to: { name: who }, verbs: [verb], namespace, name: 'import' },
      ])
      expect(await allowedTo(authorizer, who, [namespace, 'import'])).toEqual([verb])
    })

    it('grants by lock', async () => {
      const [namespace, other] = await namespaces()
      const who = someone()
      const authorizer = await open([
        { to: { name: who }, verbs: VERBS, namespace, name: 'import' },
      ])
      expect(await allowedTo(authorizer, who, [namespace, 'import'])).toEqual(VERBS)
      expect(await allowedTo(authorizer, who, [namespace, 'import-2'])).toEqual([])
      expect(await allowedTo(authorizer, who, [namespace, 'impor'])).toEqual([])
      expect(await allowedTo(authorizer, who, [other, 'import'])).toEqual([])
      // To list them says something of all.
      expect(await allowedTo(authorizer, who, [namespace, '*'])).toEqual([])
      expect(await allowedTo(authorizer, who, ['*', '*'])).toEqual([])
    })

    it('grants by namespace', async () => {
      const [namespace, other] = await namespaces()
      const who = someone()
      const authorizer = await open([{ to: { name: who }, verbs: VERBS, namespace, name: '*' }])
      expect(await allowedTo(authorizer, who, [namespace, 'import'])).toEqual(VERBS)
      expect(await allowedTo(authorizer, who, [namespace, '*'])).toEqual(VERBS)
      expect(await allowedTo(authorizer, who, [other, 'import'])).toEqual([])
      expect(await allowedTo(authorizer, who, ['*', '*'])).toEqual([])
    })

    it('grants everywhere', async () => {
      const [namespace, other] = await namespaces()
      const who = someone()
      const authorizer = await open([
        { to: { name: who }, verbs: ['read'], namespace: '*', name: '*' },
      ])
      for (const lock of [
        [namespace, 'import'],
        [other, '*'],
        ['*', '*'],
      ] as const) {
        expect(await allowedTo(authorizer, who, lock)).toEqual(['read'])
      }
    })

    it('grants to groups', async () => {
      const [namespace] = await namespaces()
      const group = someone()
      const authorizer = await open([{ to: { group }, verbs: ['hold'], namespace, name: 'import' }])
      const lock = [namespace, 'import'] as const
      expect(await allowedTo(authorizer, someone(), lock, ['others', group])).toEqual(['hold'])
      expect(await allowedTo(authorizer, someone(), lock, ['others'])).toEqual([])
      // A name is no group.
      expect(await allowedTo(authorizer, group, lock)).toEqual([])
    })

    it('takes no group for somebody who is called so', async () => {
      const [namespace] = await namespaces()
      const name = someone()
      const authorizer = await open([{ to: { name }, verbs: ['hold'], namespace, name: 'import' }])
      expect(await allowedTo(authorizer, someone(), [namespace, 'import'], [name])).toEqual([])
    })

    it('adds up what was granted', async () => {
      const [namespace, other] = await namespaces()
      const who = someone()
      const group = someone()
      const authorizer = await open([
        { to: { name: who }, verbs: ['hold'], namespace, name: 'import' },
        { to: { group }, verbs: ['read', 'break'], namespace, name: '*' },
        { to: { name: who }, verbs: ['read'], namespace: other, name: 'export' },
      ])
      expect(await allowedTo(authorizer, who, [namespace, 'import'], [group])).toEqual(VERBS)
      expect(await allowedTo(authorizer, who, [namespace, 'else'], [group])).toEqual([
        'break',
        'read',
      ])
      expect(await allowedTo(authorizer, who, [other, 'export'])).toEqual(['read'])
    })
  })
}
