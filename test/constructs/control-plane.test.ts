import { Secret } from 'cdk8s-plus-27'
import { describe, expect, it } from 'vitest'
import {
  App,
  ControlPlane,
  type ControlPlaneProps,
  Environment,
  Lock,
  Namespace,
  namespace,
  oidc,
  serviceAccounts,
} from '../../constructs/index.ts'
import { synthesizeTree } from '../../constructs/synthesize-tree.ts'
import { readServeConfiguration } from '../../functions/configuration/serve-configuration.ts'
import { answered } from '../kubernetes/canned-answers.ts'
import { goldenYaml } from './golden-yaml.ts'
import { complaints, LOCKSTEP_IMAGE, synth } from './singleton-fixtures.ts'

const INSIDE = serviceAccounts({ audience: 'lockstep-locks' })
const GITHUB = oidc({
  issuer: 'https://token.actions.githubusercontent.com',
  audience: 'https://locks.example.com',
  prefix: 'github:',
  requiredClaims: { repository_owner_id: ['4711'] },
})

type Changes = Partial<ControlPlaneProps>

const define = (test: Namespace, changes: Changes = {}) =>
  new ControlPlane(test, 'lockstep', {
    authentication: [INSIDE],
    handleKeys: Secret.fromSecretName(test, 'Keys', 'lockstep-keys'),
    ...changes,
    locks: changes.locks ?? [new Lock(test, 'ledger'), new Lock(test, 'import', { slots: 2 })],
  })
const EXTERNAL = { external: ['Secret test/lockstep-keys', 'Secret shop/lockstep-keys'] }
const plane = (changes?: Changes) => synth((test) => define(test, changes), EXTERNAL)
const refused = (changes: Changes) => complaints((test) => define(test, changes), EXTERNAL)

interface Container {
  readonly args: readonly string[]
  readonly env: readonly { readonly name: string; readonly value: string }[]
}

function serverOf({ find }: ReturnType<typeof plane>): Container {
  const { template } = find('Deployment').spec as {
    template: { spec: { containers: readonly [Container] } }
  }
  return template.spec.containers[0]
}

const environmentOf = (synthesis: ReturnType<typeof plane>) =>
  Object.fromEntries(serverOf(synthesis).env.map(({ name, value }) => [name, value]))

describe('A control plane', () => {
  it('is written as it was, and nothing can be said against it', async () => {
    const { objects, findings } = plane({ network: { ingressFrom: [namespace('jobs')] } })
    expect(findings).toEqual([])
    await expect(goldenYaml({ objects } as ReturnType<typeof plane>)).toMatchFileSnapshot(
      './__snapshots__/g27-control-plane.yaml',
    )
  })

  it('has a right on each Lease by its name, where its lock is, and none to make or list any', () => {
    const environment = new Environment(new App({ outdir: 'unused' }), 'prod', {
      owner: 'platform-team',
      images: {},
      lockstepImage: LOCKSTEP_IMAGE,
      ...EXTERNAL,
    })
    const books = new Namespace(environment, 'books')
    define(new Namespace(environment, 'shop'), { locks: [new Lock(books, 'ledger')] })
    const { renderings } = synthesizeTree(environment.node.root)
    const objects = renderings.flatMap(({ files }) => files.flatMap(({ object }) => object ?? []))
    const bindings = objects.filter(({ kind }) => kind === 'RoleBinding')
    expect(bindings).toMatchObject([
      {
        metadata: { name: 'ledger-lock.lockstep.shop', namespace: 'books' },
        roleRef: { kind: 'Role', name: 'ledger-lock' },
        subjects: [{ kind: 'ServiceAccount', name: 'lockstep', namespace: 'shop' }],
      },
    ])
    const roles = objects.filter(({ kind }) => kind.endsWith('Role'))
    const verbs = roles.map(({ metadata, rules }) => [
      metadata.name,
      (rules as { resources: string[]; verbs: string[] }[]).map(
        ({ resources, verbs }) => `${verbs} ${resources}`,
      ),
    ])
    expect(Object.fromEntries(verbs)).toEqual({
      'ledger-lock': ['get,update,watch leases'],
      'lockstep.shop.reviews.lockstep.dev': ['create tokenreviews', 'create subjectaccessreviews'],
      'lockstep.shop.cluster-identity.lockstep.dev': ['get namespaces'],
    })
  })

  it('has no right that it does not need', () => {
    const { objects, find } = plane({ authentication: [GITHUB], clusterId: 'prod' })
    expect(find('ClusterRole', 'lockstep.test.reviews.lockstep.dev')).toMatchObject({
      rules: [{ resources: ['subjectaccessreviews'] }],
    })
    expect(JSON.stringify(objects)).not.toContain('cluster-identity')
  })

  it.each<[string, Changes, object]>([
    ['ServiceAccounts', {}, {}],
    ['an issuer', { authentication: [GITHUB], port: 9000 }, { listen: { host: '', port: 9000 } }],
  ])('tells its server what that understands, to let in %s', async (_, changes, expected) => {
    const synthesis = plane(changes)
    const configMap = synthesis.objects.find(({ kind }) => kind === 'ConfigMap')
    const files: Readonly<Record<string, string>> = {
      '/etc/lockstep/handle-keys/keys': Buffer.alloc(32, 1).toString('base64'),
      '/etc/lockstep/oidc-issuers.json': Object.values(configMap?.data ?? {}).join(),
    }
    const configuration = await readServeConfiguration(
      { env: environmentOf(synthesis), readFile: async (path) => files[path] ?? '' },
      answered({ status: 200, body: {} }),
    )
    expect(serverOf(synthesis).args).toEqual(['serve'])
    expect(configuration).toMatchObject({
      listen: { host: '', port: 8080 },
      drainMs: 0,
      stopWithinMs: 30_000,
      access: expect.anything(),
      locks: [
        { namespace: 'test', name: 'import', slots: 2 },
        { namespace: 'test', name: 'ledger', slots: 1 },
      ],
      ...expected,
    })
  })

  it('may reach the API server, and issuers if it has any', () => {
    const egressOf = (changes: Changes) =>
      JSON.stringify((plane(changes).find('NetworkPolicy').spec as { egress: unknown }).egress)
    const apiServer = '203.0.113.7/32'
    expect(egressOf({ apiServer })).toContain(apiServer)
    expect(egressOf({ apiServer })).not.toContain('[{"port":443,"protocol":"TCP"}]')
    const issuer = { apiServer, authentication: [GITHUB] }
    expect(egressOf(issuer)).toContain('{"ports":[{"port":443,"protocol":"TCP"}]}')
  })

  it('stays the same, in whatever order its locks are given', () => {
    const inOrder = (names: readonly string[]) =>
      synth((test) => {
        const locks = Object.fromEntries(['a', 'b'].map((name) => [name, new Lock(test, name)]))
        define(test, { locks: names.flatMap((name) => locks[name] ?? []) })
      }, EXTERNAL)
    expect(inOrder(['a', 'b']).objects).toEqual(inOrder(['b', 'a']).objects)
  })

  it.each<[Changes, string]>([
    [{ locks: [] }, "'locks' must be a list with a Lock in it"],
    [{ locks: ['ledger' as never] }, "'locks[0]' must be a Lock"],
    [{ authentication: [] }, "'authentication' must be a list with serviceAccounts() or oidc()"],
    [{ authentication: [INSIDE, INSIDE] }, "'authentication' has serviceAccounts() 2 times"],
    ...['', 'https://kubernetes.default.svc.cluster.local'].map((audience): [Changes, string] => [
      { authentication: [serviceAccounts({ audience })] },
      "'authentication[0].serviceAccounts.audience' must be a name that is not that of the API server",
    ]),
    [
      { authentication: [oidc({ ...GITHUB.oidc, prefix: 'system:' })] },
      'must be a text that ends with a colon, and does not begin with system:',
    ],
    [
      { authentication: [oidc({ ...GITHUB.oidc, issuer: 'http://issuer.example.com' })] },
      'must be an address that begins with https://',
    ],
    [
      { authentication: [INSIDE, oidc({ ...GITHUB.oidc, requiredClaims: {} })] },
      "'authentication[1].oidc.requiredClaims' may not be empty: https://token.actions.githubusercontent.com signs for everybody\n      → Say for whom it counts, as by the claim repository_id",
    ],
    [{ clusterId: 'a:b' }, "'clusterId' must be a name of up to 63 characters"],
    [{ epoch: 0 }, "'epoch' must be a whole number from 1"],
    [{ replicas: { fixed: 1 } }, "'replicas' must be at least 2"],
  ])('refuses %j', (changes, message) => {
    expect(refused(changes)).toContain(message)
  })

  it('takes all tokens of an issuer that signs for those alone whom it knows', () => {
    const own = oidc({ ...GITHUB.oidc, issuer: 'https://issuer.example.com', requiredClaims: {} })
    expect(refused({ authentication: [own] })).toBe('')
  })

  it('serves each lock once', () => {
    const complaint = complaints((test) => {
      const ledger = new Lock(test, 'ledger')
      define(test, { locks: [ledger, ledger] })
    }, EXTERNAL)
    expect(complaint).toContain("'locks[1]' is in the list twice")
  })

  it('serves no lock of another environment', () => {
    const complaint = complaints((test) => {
      const other = new Environment(test.node.root, 'other', { owner: 'a', images: {} })
      define(test, { locks: [new Lock(new Namespace(other, 'shop'), 'ledger')] })
    }, EXTERNAL)
    expect(complaint).toContain("'locks[0]' is in environment 'other', and this one in 'test'")
  })

  it('needs an image', () => {
    const complaint = complaints((test) => define(test), { ...EXTERNAL, lockstepImage: undefined! })
    expect(complaint).toContain("'lockstepImage' is not set for environment 'test'")
  })
})
