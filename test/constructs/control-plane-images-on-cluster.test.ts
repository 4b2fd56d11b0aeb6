import { join } from 'node:path'
import { Secret } from 'cdk8s-plus-27'
import { describe, expect, it, onTestFinished } from 'vitest'
import {
  App,
  ControlPlane,
  Environment,
  httpRepository,
  Lock,
  Namespace,
  serviceAccounts,
} from '../../constructs/index.ts'
import { synthesizeTree } from '../../constructs/synthesize-tree.ts'
import { retryLostRaces } from '../../gitops/retry-lost-races.ts'
import type { KubernetesObject } from '../../manifests/kubernetes-object.ts'
import { auditedRequests } from '../control-plane/audit-log.ts'
import { Cluster } from '../control-plane/cluster.ts'
import { chooseCluster } from '../control-plane/cluster-choice.ts'
import { startControlPlane } from '../control-plane/control-plane.ts'
import { eventually } from '../control-plane/eventually.ts'
import { mayDo, tokenOf } from '../control-plane/service-account.ts'
import { builtBundle } from '../functions/bundles/built-bundle.ts'
import { bareRepository, filesOf, git } from '../gitops/git.ts'
import { commitFile, gitClient } from '../gitops/git-client.ts'
import { type GitHttpServer, gitHttpServer } from '../gitops/git-http-server.ts'
import { AUTHOR } from '../gitops/smart-http-client.ts'
import { describeWithRegistry } from '../images/describe-with-registry.ts'
import { Registry } from '../images/registry.ts'
import { WebhookRelay } from '../images/webhook-relay.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { ContainerProcess } from './container-process.ts'
import { describeRight, grantedRights } from './granted-rights.ts'
import { LOCKSTEP_IMAGE } from './singleton-fixtures.ts'

const choice = chooseCluster()

const HOST = 'registry.example.com'
const FILE = 'apps/images.json'
const SENDER_SECRET = 'a-secret-of-the-registry'
const LONG_MS = 180_000
const STOPPED_WITHIN_MS = 60_000

const fileWith = (digest: string): string =>
  `{ "prod": { "web": "${HOST}/shop/web:main@${digest}" } }\n`

interface Addresses {
  readonly git: string
  readonly registry: string
}

function objectsOf(home: string, addresses: Addresses): readonly KubernetesObject[] {
  const app = new App({ outdir: 'unused' })
  const environment = new Environment(app, 'prod', {
    owner: 'platform-team',
    images: {},
    lockstepImage: LOCKSTEP_IMAGE,
    external: ['Secret */*'],
  })
  const own = new Namespace(environment, home, { existing: true })
  const secret = (name: string) => Secret.fromSecretName(own, `Secret-${name}`, name)
  const repositoryAt = (path: string, username: string) =>
    httpRepository({ url: `${addresses.git}/${path}`, username, author: AUTHOR })
  new ControlPlane(own, 'lockstep', {
    locks: [new Lock(own, 'ledger')],
    authentication: [serviceAccounts({ audience: 'lockstep' })],
    handleKeys: secret('lockstep-keys'),
    rollouts: {
      apps: [],
      repository: repositoryAt('deploy.git', 'lockstep'),
      branch: 'deploy',
      gitCredentials: secret('deploy-key'),
      webhooks: [{ kind: 'registry/distribution', host: HOST, secret: secret('registry-webhook') }],
      images: [
        {
          repository: repositoryAt('source.git', 'lockstep'),
          branch: 'main',
          file: FILE,
          by: 'commit',
          gitCredentials: secret('source-key'),
          follow: [{ image: `${HOST}/shop/web`, tag: 'main', at: ['prod', 'web'] }],
        },
      ],
      registries: [{ host: HOST, address: addresses.registry }],
    },
  })
  return synthesizeTree(app).renderings.flatMap(({ files }) =>
    files.flatMap(({ object }) => object ?? []),
  )
}

/** A server of Git with the repository of deploys, and that of the source with the file. */
async function repositories(): Promise<{
  readonly server: GitHttpServer
  readonly source: string
}> {
  const root = temporaryFolder()
  const [deploy, source] = ['deploy.git', 'source.git'].map((name) =>
    bareRepository(join(root, name)),
  ) as [string, string]
  for (const repository of [deploy, source]) {
    git(repository, 'config', 'http.receivepack', 'true')
    git(repository, 'config', 'uploadpack.allowFilter', 'true')
  }
  const client = await gitClient(source)
  await retryLostRaces(() => commitFile(client, 'main', FILE, fileWith(`sha256:${'0'.repeat(64)}`)))
  const server = await gitHttpServer({ root, credentials: 'lockstep:secret' })
  onTestFinished(() => server.close())
  return { server, source }
}

describe.skipIf(choice.kind !== 'binaries')('A control plane, under its own rights', () => {
  const bundle = builtBundle('lockstep', 'serveRollouts')

  describeWithRegistry('that follows images', () => {
    it(
      'commits what its registry has, and uses no right for that but those that it has without',
      async () => {
        if (choice.kind !== 'binaries') throw new Error('unreachable')
        const programs = await startControlPlane(choice.binaries)
        onTestFinished(() => programs.stop('drop logs'), STOPPED_WITHIN_MS)
        const cluster = new Cluster(async () => programs.connection)
        onTestFinished(() => cluster.leave(), STOPPED_WITHIN_MS)
        const home = await cluster.namespace()
        const relay = await WebhookRelay.start()
        const registry = await Registry.start({
          notify: { url: relay.url, authorization: `Bearer ${SENDER_SECRET}` },
        })
        const first = await registry.push('shop/web', 'main', 'first')
        const { server: gitServer, source } = await repositories()
        const objects = objectsOf(home, { git: gitServer.url, registry: registry.address })
        await cluster.apply(objects)
        const user = `system:serviceaccount:${home}:lockstep`
        const rights = grantedRights(objects, { name: 'lockstep', namespace: home })
        for (const { verb, group, resource, name, namespace } of rights) {
          await eventually(
            `the server may ${verb} ${resource}`,
            () => mayDo(cluster, user, { verb, group, resource, name, namespace }),
            (allowed) => allowed,
          )
        }

        const { server, certificateAuthority = '' } = programs.connection
        const { hostname, port } = new URL(server)
        const texts = Object.entries(
          objects.find(({ kind }) => kind === 'ConfigMap')?.data as Record<string, string>,
        )
        const settingsOf = (name: string, folderOf: (volume: string) => string): string =>
          ['git', 'source/0', 'webhooks/registry/distribution'].reduce(
            (text, folder) =>
              text.replaceAll(
                `"/etc/lockstep/${folder}/`,
                `"${folderOf(`secret-etc-lockstep-${folder.replaceAll('/', '-')}`)}/`,
              ),
            texts.find(([key]) => key === name)?.[1] ?? '',
          )
        const running = new ContainerProcess({
          entryPoint: bundle().file,
          deployment: objects.find(({ kind }) => kind === 'Deployment')!,
          volumes: {
            'secret-etc-lockstep-handle-keys': { keys: Buffer.alloc(32, 7).toString('base64') },
            'secret-etc-lockstep-git': { token: 'secret' },
            'secret-etc-lockstep-source-0': { token: 'secret' },
            'secret-etc-lockstep-webhooks-registry-distribution': { secret: SENDER_SECRET },
            'kubernetes-api': {
              token: await tokenOf(cluster, 'lockstep'),
              'ca.crt': certificateAuthority,
            },
          },
          env: (folderOf) => ({
            KUBERNETES_SERVICE_HOST: hostname,
            KUBERNETES_SERVICE_PORT: port,
            LOCKSTEP_SERVICE_ACCOUNT_FOLDER: folderOf('kubernetes-api'),
            LOCKSTEP_LISTEN: '127.0.0.1:0',
            // As they are written, but for where this machine has the Secrets.
            LOCKSTEP_ROLLOUTS_FILE: '',
            LOCKSTEP_ROLLOUTS: settingsOf('rollouts.json', folderOf),
            LOCKSTEP_WEBHOOKS_FILE: '',
            LOCKSTEP_WEBHOOKS: settingsOf('webhooks.json', folderOf),
          }),
        })
        onTestFinished(() => running.remove())
        const address = await running.process.untilSaid(/"address":"([^"]+)"/)
        relay.passTo(`${address}/webhooks/registry/distribution`)

        const committed = (digest: string) =>
          eventually(
            `${digest} is committed`,
            async () => filesOf(source, 'main')[FILE],
            (text) => text === fileWith(digest),
            60,
            (text) => ({ text, output: running.process.output.slice(-2000) }),
          )
        await committed(first)
        await committed(await registry.push('shop/web', 'main', 'second'))

        const requests = await auditedRequests(programs.folder, user)
        expect(requests.filter(({ status }) => status === 401 || status === 403)).toEqual([])
        const granted = rights.map(describeRight)
        for (const used of requests.map(describeRight)) expect(granted).toContain(used)
        running.process.signal('SIGTERM')
        expect(await running.process.ended).toBe(0)
      },
      LONG_MS,
    )
  })
})
