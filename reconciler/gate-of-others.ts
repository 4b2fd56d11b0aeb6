import type { EnvironmentOnBranch } from '../gitops/environment-on-branch.ts'
import { editedByHand } from '../gitops/tampered.ts'
import { gatesPath } from '../manifests/layout.ts'
import { freezeAt, freezeClosure } from '../rollouts/freeze-calendar.ts'
import { MalformedRecordError } from '../rollouts/malformed-record-error.ts'
import { readReleaseGates } from '../rollouts/read-release-gates.ts'
import type { ReleaseGates } from '../rollouts/release-gates.ts'
import type { Place } from './commit-moves.ts'
import { type GateState, pending } from './gate-state.ts'
import { stopsOnBranch } from './stops-on-branch.ts'

export interface GateOfOthersProps {
  readonly place: Place
  readonly namespace: string
  readonly name: string
  /** Role in which somebody has to approve, if the asker says so. */
  readonly role?: string
  /** The commit that was read. */
  readonly commit: string
  readonly onBranch: EnvironmentOnBranch
  /** Milliseconds since 1970. */
  readonly nowMs: number
}

/**
 * Whether a release may go on that somebody else drives, so that the branch has no record of it: not while
 * people stop it or a freeze window is on, nor after an edit by hand, of which nobody knows what it means.
 */
export async function gateOfOthers(props: GateOfOthersProps): Promise<GateState> {
  const { place, namespace, name, role, commit, onBranch } = props
  const app = { namespace, name }
  const stop = (await stopsOnBranch({ place, onBranch, apps: [app] }))(app)
  if (stop !== undefined) return pending(stop.reason)
  const edited = await editedByHand({ ...place, commit, onBranch, app: `${namespace}/${name}` })
  if (edited !== undefined) return pending(edited)
  const frozen = await freezeOf(props)
  if (frozen !== undefined) return pending(frozen)
  // A yes is for one step of one revision, and here is no record that it could be kept in.
  if (role !== undefined) return pending(`${role} has to approve, where the release is driven`)
  return { state: 'approved', reason: 'nothing on the branch stands against it' }
}

/** Why nothing may go on now, with the next opening; `undefined` if it may. */
async function freezeOf(props: GateOfOthersProps): Promise<string | undefined> {
  try {
    const gates = await readGates(props)
    const freeze = gates && freezeAt(gates.spec.freezeWindows, props.nowMs)
    return freeze && freezeClosure(freeze).reason
  } catch (error) {
    // A newer Lockstep may have written what this one cannot read: in doubt nothing goes on.
    if (error instanceof MalformedRecordError) return error.message
    throw error
  }
}

/** @throws {MalformedRecordError} */
async function readGates({
  place: { remote, environment },
  namespace,
  name,
  onBranch,
}: GateOfOthersProps): Promise<ReleaseGates | undefined> {
  const path = gatesPath(namespace, name)
  const id = onBranch.inventory.apps.get(`${namespace}/${name}`)?.files.get(path)
  if (id === undefined) return undefined
  const text = (await remote.contents([id])).get(id) ?? ''
  return readReleaseGates(text, `${environment}/${path}`)
}
