import type { ElectorWork } from '../leases/names.ts'
import type { Candidacy } from './candidacy.ts'
import { CooperativeDuty } from './cooperative-duty.ts'
import type { Duty } from './duty.ts'
import type { ElectorLog } from './elector-log.ts'
import type { ElectionTiming } from './elector-variables.ts'
import type { Leadership } from './leadership.ts'
import type { OwnPod } from './own-pod.ts'
import { PodProcesses } from './pod-processes.ts'
import { RequestsDuty } from './requests-duty.ts'
import { SupervisedDuty } from './supervised-duty.ts'

export interface ElectorDutyProps {
  readonly work: ElectorWork
  readonly candidacy: Candidacy
  readonly leadership: Leadership
  readonly timing: ElectionTiming
  readonly log: ElectorLog
  /** `undefined` where there is no cluster. */
  readonly pod: OwnPod | undefined
  /** Where the processes of the pod are seen. */
  readonly processFolder: string
}

/** The work needs a pod to act on, and there is none. */
export class NoPodError extends Error {
  override readonly name = 'NoPodError'
  readonly code = 'NO_POD'
  readonly remedy = 'Leave --store out, or use --work=cooperative or --work=job'

  constructor(work: ElectorWork) {
    super(`--work=${work} acts on the pod, and with --store there is no cluster that has one`)
  }
}

/** @throws {NoPodError} {ProcessesNotSharedError} */
export function electorDuty(props: ElectorDutyProps): Duty {
  const { work, timing, pod, processFolder } = props
  switch (work) {
    case 'requests':
      return new RequestsDuty({
        ...props,
        pod: needed(pod, work),
        lookEveryMs: timing.retryPeriodMs,
      })
    case 'supervised':
      return new SupervisedDuty({
        ...props,
        processes: new PodProcesses(processFolder),
        pod: needed(pod, work),
      })
    case 'job':
      return new SupervisedDuty({
        ...props,
        processes: new PodProcesses(processFolder),
        pod: undefined,
      })
    case 'cooperative': {
      const windDownMs = timing.ttlSeconds * 1000 - timing.renewDeadlineMs
      return new CooperativeDuty({ ...props, windDownMs })
    }
  }
}

function needed(pod: OwnPod | undefined, work: ElectorWork): OwnPod {
  if (pod === undefined) throw new NoPodError(work)
  return pod
}
