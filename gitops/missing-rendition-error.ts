import { revisionPath } from '../manifests/layout.ts'
import { repairCommand } from '../rollouts/repair-command.ts'
import { INVENTORY_FILE } from './inventory.ts'

/** What is needed to render an app in flight is not on the branch. */
export class MissingRenditionError extends Error {
  override readonly name = 'MissingRenditionError'
  readonly code = 'MISSING_RENDITION'
  readonly remedy: string

  /** @param app `<namespace>/<app>` */
  constructor(app: string, revision: string, environment: string) {
    const [namespace = '', name = ''] = app.split('/')
    const path = `${environment}/${revisionPath(namespace, name, revision)}`
    super(
      `${path} is none of the files that ${environment}/${INVENTORY_FILE} lists, and the rollout of ${app} needs it`,
    )
    this.remedy = `Bring it back with ${repairCommand(app, environment)}, or revert the commit that has removed it (\`git log -- ${path}\`)`
  }
}
