import { ApiObject } from 'cdk8s'
import { CLUSTER_FOLDER, NAMESPACE_APP, objectPath, SYNCED_SECTIONS } from '../manifests/layout.ts'
import { appOf } from './app-root.ts'
import { Environment } from './environment.ts'

/**
 * Into how many parts an environment's sync is split, each with a sync object of its own.
 *
 * What cannot be applied holds up everything else of its part, and of no other: with
 * `'environment'` one object that the API server refuses stops every app, with `'app'` its own. A
 * finer split costs the sync engine more work at every push, since a push wakes every part.
 */
export type SyncSplit = 'environment' | 'namespace' | 'app'

/** One folder of the deploy branch with a sync object of its own. */
export interface SyncUnit {
  /**
   * Distinguishes its sync object: `workloads`, `workloads-shop`, `workloads-shop.web`. A name
   * means the same folder in every split, so that another split never shrinks what a sync object
   * has, which would prune the rest.
   */
  readonly name: string
  /** From the top of the branch: `prod/workloads/shop`. */
  readonly folder: string
  /** Whether routes and Services are in it. */
  readonly isTraffic: boolean
}

/**
 * The folders that together hold everything of an environment that is synced, as far as it has been
 * made. Traffic is never in one with workloads, so that it waits for none of them.
 *
 * Publish sees to it that each of them exists: sections and namespaces have a placeholder always,
 * and an app's folder, which is named here while it has files, when its last one goes.
 */
export function syncUnits(environment: Environment, split: SyncSplit): readonly SyncUnit[] {
  const units = new Map<string, SyncUnit>()
  for (const folder of folders(environment, split)) {
    const unit = syncUnit(environment, folder)
    units.set(unit.folder, unit)
  }
  return [...units.values()].sort((a, b) => (a.folder < b.folder ? -1 : 1))
}

type Folder = readonly [section: string, namespace?: string, app?: string]

function folders(environment: Environment, split: SyncSplit): readonly Folder[] {
  if (split === 'environment') return SYNCED_SECTIONS.map((section) => [section])
  return objectFolders(environment).flatMap(([section, namespace, app]): readonly Folder[] => {
    if (namespace === CLUSTER_FOLDER) return [[section, namespace]]
    if (split === 'app') return [[section, namespace, app]]
    return SYNCED_SECTIONS.map((synced) => [synced, namespace])
  })
}

/** Where the objects of an environment go. A patch that moves an object elsewhere is not seen. */
function objectFolders(environment: Environment): readonly [string, string, string][] {
  return environment.node.findAll().flatMap((construct) => {
    if (!ApiObject.isApiObject(construct) || Environment.tryOf(construct) !== environment) return []
    const { apiVersion, kind, name, metadata } = construct
    const { namespace } = metadata
    const object = { apiVersion, kind, metadata: { name, ...(namespace && { namespace }) } }
    const [section = '', folder = '', app = ''] = objectPath(object, appOf(construct)).split('/')
    return [[section, folder, app]]
  })
}

function syncUnit(environment: Environment, folder: Folder): SyncUnit {
  const [section] = folder
  return {
    name: unitName(folder),
    folder: [environment.name, ...folder].join('/'),
    isTraffic: section === 'traffic',
  }
}

/** No namespace has a dot in its name, so no two folders meet. */
function unitName([section, namespace, app]: Folder): string {
  if (namespace === undefined) return section
  if (namespace === CLUSTER_FOLDER) return `cluster-${section}`
  if (app === undefined) return `${section}-${namespace}`
  return app === NAMESPACE_APP
    ? `namespace-${section}-${namespace}`
    : `${section}-${namespace}.${app}`
}
