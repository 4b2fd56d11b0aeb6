import { NAMESPACE_APP } from '../manifests/layout.ts'
import type { Rendering } from '../manifests/rendering.ts'
import type { Inventory, InventoryApp } from './inventory.ts'
import type { Judgement } from './judge-transitions.ts'
import type { PublishDraft } from './publish-draft.ts'
import type { Stop } from './stop.ts'

/*
 * Several projects may publish into one environment, each its own apps. Without a note of whose an app
 * is, each of them would take the apps of the others for apps that its definitions no longer have.
 */

export interface OwnInventoryProps {
  readonly inventory: Inventory
  readonly rendering: Rendering
  readonly project: string | undefined
  readonly takeOver: readonly string[]
}

/**
 * The inventory without the apps that are another project's alone. One that both have stays, and
 * stops the publish.
 */
export function ownInventory(props: OwnInventoryProps): Inventory {
  const { inventory, rendering, project, takeOver } = props
  const others = [...inventory.apps].filter(([, app]) => isOthers(app, project, takeOver))
  if (others.length === 0) return inventory
  const rendered = new Set(rendering.files.map(({ app }) => app))
  const left = new Set(others.flatMap(([app]) => (rendered.has(app) ? [] : app)))
  return { apps: new Map([...inventory.apps].filter(([app]) => !left.has(app))) }
}

/** What nobody has put their name to is for whoever publishes. */
const isOthers = (
  app: InventoryApp,
  project: string | undefined,
  takeOver: readonly string[],
): boolean =>
  app.project !== undefined && app.project !== project && !takeOver.includes(app.project)

/** Apps that another project has published, and permission to take over what nobody has. */
export function judgeProjects({ inventory, project, apps, options }: PublishDraft): Judgement {
  const { takeOver = [] } = options
  const stops = apps.flatMap(({ app }): Stop[] => {
    const published = inventory.apps.get(app)
    if (published?.project === undefined || !isOthers(published, project, takeOver)) return []
    return [
      {
        kind: 'other-project',
        message: `${app} was published by the project '${published.project}', and this is ${project === undefined ? 'a project without a name' : `'${project}'`}`,
        remedy: `${remedyFor(app)}, publish to another environment, or, if this project takes the place of '${published.project}': --take-over '${published.project}'`,
        files: [...published.files.keys()],
      },
    ]
  })
  const known = new Set([...inventory.apps.values()].map((app) => app.project))
  const idle = takeOver.filter((name) => !known.has(name))
  return {
    stops,
    warnings: idle.map((name) => `--take-over '${name}': no app here is of that project`),
  }
}

const remedyFor = (app: string): string =>
  app.endsWith(`/${NAMESPACE_APP}`)
    ? 'Say that the namespace is there, with `existing: true`'
    : 'Give the app another name or namespace'

/** Which other project has published a file. */
export function projectByPath({
  inventory,
  own,
}: PublishDraft): (path: string) => string | undefined {
  const projects = new Map<string, string>()
  if (own === inventory) return () => undefined
  for (const [id, { project, files }] of inventory.apps) {
    if (project === undefined || own.apps.has(id)) continue
    for (const path of files.keys()) projects.set(path, project)
  }
  return (path) => projects.get(path)
}
