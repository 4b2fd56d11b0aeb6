import { describeLease } from '../leases/lease-name.ts'
import type { ElectorWork } from '../leases/names.ts'
import { Candidacy } from './candidacy.ts'
import type { Duty } from './duty.ts'
import { electorApi } from './elector-api.ts'
import { electorDuty } from './elector-duty.ts'
import { electorLog } from './elector-log.ts'
import { ElectorServer } from './elector-server.ts'
import type { ElectorSurroundings } from './elector-surroundings.ts'
import { type ElectorVariables, readElectorVariables } from './elector-variables.ts'
import { LeaderFile } from './leader-file.ts'
import { Leadership } from './leadership.ts'
import { pause } from './pause.ts'
import type { Terminal } from './terminal.ts'

export interface RunElectorProps {
  readonly work: ElectorWork
  readonly port: number
  /** Path of a Unix socket on which it answers too. */
  readonly socket?: string
  /** Path of a file that is there while the pod leads. */
  readonly file?: string
  /** Folder in which the processes of the pod are seen. */
  readonly proc: string
  /** Opens what it acts on. */
  readonly surroundings: (variables: ElectorVariables) => Promise<ElectorSurroundings>
}

/** Something in this process waits for what will never come. */
export class StuckError extends Error {
  override readonly name = 'StuckError'
  readonly code = 'STUCK'
  readonly remedy = 'The kubelet starts it again. Report it, with the lines above'

  constructor() {
    super('The elector has asked nobody for its Lease for too long, so it ends')
  }
}

const LOOK_FOR_STUCK_EVERY_MS = 1000

/**
 * An elector, from its first word to its last, until it is told to stop.
 *
 * @throws {StuckError} Nothing was taken back then, and the process has to end
 * @throws what keeps it from starting
 */
export async function runElector(
  props: RunElectorProps,
  terminal: Pick<Terminal, 'env' | 'err' | 'logTo'>,
  stop: AbortSignal,
): Promise<void> {
  const variables = readElectorVariables(terminal.env)
  const { lease, timing } = variables
  const { store, pod } = await props.surroundings(variables)
  const log = electorLog(terminal, describeLease(lease))
  const leadership = new Leadership()
  const candidacy = new Candidacy({ ...variables, store, log })
  const { work, proc: processFolder } = props
  const shared = { candidacy, leadership, timing, log, pod }
  const duty = electorDuty({ ...shared, work, processFolder })
  const probes = () => ({
    isStarted: duty.isStarted,
    isAlive: !candidacy.isStuck,
    isReady: duty.isReady,
  })
  const look = () => duty.look?.()
  await using server = new ElectorServer()
  for (const address of [props.port, props.socket]) {
    if (address === undefined) continue
    await server.listen(electorApi({ leadership, probes, look, stop }), address)
  }
  const file =
    props.file === undefined
      ? undefined
      : new LeaderFile(props.file, leadership, timing.retryPeriodMs)
  await doDuty(duty, { candidacy, file, stop })
}

/** The duty, and beside it a file that is kept and an eye on whether anything goes on. */
async function doDuty(
  duty: Duty,
  {
    candidacy,
    file,
    stop,
  }: {
    readonly candidacy: Candidacy
    readonly file: LeaderFile | undefined
    readonly stop: AbortSignal
  },
): Promise<void> {
  const isOver = new AbortController()
  const failed = new AbortController()
  const ending = AbortSignal.any([stop, isOver.signal, failed.signal])
  const keeping = file?.keep(ending).catch((error) => failed.abort(error))
  try {
    await Promise.race([duty.run(ending), untilStuck(candidacy, isOver.signal)])
  } finally {
    isOver.abort()
    await keeping
  }
  failed.signal.throwIfAborted()
}

async function untilStuck(candidacy: Candidacy, isOver: AbortSignal): Promise<void> {
  while (!isOver.aborted) {
    if (candidacy.isStuck) throw new StuckError()
    await pause(LOOK_FOR_STUCK_EVERY_MS, isOver)
  }
}
