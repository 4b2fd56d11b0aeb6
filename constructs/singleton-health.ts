import type { Mistakes } from './mistakes.ts'
import type { Health, ProbeTarget } from './probe.ts'
import type { SingletonServiceProps } from './singleton-service-props.ts'

/** An app that listens says how it is asked whether it is ready; one that does not is not asked by a port. */
export function checkListening(
  { port, health, traffic }: SingletonServiceProps,
  mistakes: Mistakes,
): void {
  if (port !== undefined && health === undefined) {
    mistakes.add({
      option: 'health',
      problem: 'must be given for an app that listens, or it gets requests before it can answer',
      remedy: "Write `health: { ready: '/readyz', live: '/livez' }`",
    })
  }
  if (port === undefined && traffic !== undefined) {
    mistakes.add({
      option: 'traffic',
      problem: 'is given for an app that does not listen',
      remedy: 'Give its port, or leave out the traffic',
    })
  }
  if (port === undefined && health !== undefined && needsMainPort(health)) {
    mistakes.add({
      option: 'health',
      value: health,
      problem: 'asks a port, and the app has none',
      remedy: 'Give `port`, or ask in another way, as `{ exec: [...] }`',
    })
  }
}

const needsMainPort = ({ ready, live }: Health): boolean =>
  isOnMainPort(ready) || (live !== 'none' && isOnMainPort(live))

const isOnMainPort = (target: ProbeTarget): boolean =>
  typeof target === 'string' || ('tcp' in target && target.port === undefined)
