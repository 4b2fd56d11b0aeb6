import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import {
  App,
  ArgoSync,
  Environment,
  fixed,
  HighlyAvailableDeployment,
  Namespace,
} from '../../../constructs/index.ts'
import { synthesizeTree } from '../../../constructs/synthesize-tree.ts'
import { GitCommandRemote } from '../../../gitops/git-command-remote.ts'
import { publish } from '../../../gitops/publish.ts'
import { at, text } from '../../../manifests/fields.ts'
import { isKubernetesObject, type KubernetesObject } from '../../../manifests/kubernetes-object.ts'
import { readManifests } from '../../../manifests/read-yaml.ts'
import { minimal } from '../../constructs/fixtures.ts'
import { bareRepository, filesOf, GIT_ENV } from '../../gitops/git.ts'
import { sharedFolder } from '../../gitops/shared-folder.ts'
import { describeWithCluster } from '../describe-with-cluster.ts'

const folder = sharedFolder()
const settings = { owner: 'platform-team', images: {} }

/** File names that Argo CD's directory source takes for manifests. */
const TAKEN_UP = /\.(?:ya?ml|json|jsonnet)$/

function define(namespace: string) {
  const app = new App({ outdir: 'unused' })
  const prod = new Environment(app, 'prod', settings)
  const shop = new Namespace(prod, namespace)
  for (const name of ['web', 'api']) {
    new HighlyAvailableDeployment(shop, name, { ...minimal, replicas: fixed(3) })
  }
  const cluster = new Environment(app, 'cluster', settings)
  new ArgoSync(new Namespace(cluster, 'argocd', { existing: true }), 'prod', {
    environment: prod,
    source: { url: 'https://git.example.com/shop/deploy.git' },
  })
  const [own, rendering] = synthesizeTree(app).renderings
  if (own === undefined || rendering === undefined) throw new Error('Nothing was synthesized')
  return { own, rendering }
}

describeWithCluster('The deploy branch as Argo CD reads it', (cluster) => {
  let applications: readonly KubernetesObject[]
  let files: Readonly<Record<string, string>>
  let rendered: readonly KubernetesObject[]

  beforeAll(async () => {
    const { own, rendering } = define(`${await cluster.namespace()}-shop`)
    applications = own.files.flatMap(({ object }) => object ?? [])
    rendered = rendering.files.flatMap(({ object }) => object ?? [])
    const repository = bareRepository(join(folder, 'deploy.git'))
    const remote = await GitCommandRemote.open({ remote: repository, cwd: folder, env: GIT_ENV })
    await publish({ remote, branch: 'deploy', rendering })
    await remote.close()
    files = filesOf(repository, 'deploy')
  })

  /** Everything below an Application's path that is taken up, as plain files. */
  const below = (application: KubernetesObject) => {
    const path = text(at(application.spec, 'source', 'path')) ?? ''
    return Object.entries(files).filter(
      ([file]) => file.startsWith(`${path}/`) && TAKEN_UP.test(file),
    )
  }

  it('has in each folder nothing but files of one object each', () => {
    expect(applications.length).toBeGreaterThan(2)
    for (const [file, content] of applications.flatMap(below)) {
      const documents = readManifests(content, file)
      expect(
        documents.map(({ object }) => isKubernetesObject(object)),
        file,
      ).toEqual([true])
    }
  })

  it('is applied as a whole by its Applications, each object once, by plain server-side apply', async () => {
    const found = applications
      .flatMap(below)
      .flatMap(([file, content]) => readManifests(content, file))
      .flatMap(({ object }) => object ?? [])
    const name = ({ kind, metadata }: KubernetesObject) => `${kind} ${metadata.name}`
    expect(found.map(name).sort()).toEqual(rendered.map(name).sort())

    // It orders by kind, namespaces first.
    const isNamespace = ({ kind }: KubernetesObject) => kind === 'Namespace'
    await cluster.apply([...found.filter(isNamespace), ...found.filter((one) => !isNamespace(one))])
    for (const object of rendered) expect(await cluster.get(object), name(object)).toBeDefined()
  })
})
