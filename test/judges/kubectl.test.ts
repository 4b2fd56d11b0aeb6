import { expect, it } from 'vitest'
import { KUBERNETES_VERSIONS } from '../../constructs/kubernetes-version.ts'
import { GoModule } from '../control-plane/go-module.ts'
import { GOLDENS, GOLDENS_IN_FLIGHT } from '../goldens/goldens.ts'
import { describeWithProgram } from './describe-with-judge.ts'
import { roundTrip } from './kubectl.ts'
import { KUBECTL } from './programs.ts'

const ALL = [...GOLDENS, ...GOLDENS_IN_FLIGHT]

const [OLDEST] = KUBERNETES_VERSIONS

/** Kinds of others. */
const UNKNOWN = ['HTTPRoute']

describeWithProgram(KUBECTL, () => {
  it.each(ALL.filter(({ since }) => since === OLDEST))(
    `of ${OLDEST} loses no field of $name, written for it`,
    async (golden) => {
      for (const object of golden.objects(OLDEST)) {
        const trip = await roundTrip(object)
        const where = `${object.kind} ${object.metadata.name}`
        if (trip.outcome === 'unknown kind') expect(UNKNOWN, where).toContain(object.kind)
        else if (trip.outcome !== 'read')
          expect(trip, where).toEqual({ outcome: 'written', lost: [] })
      }
    },
  )

  it('is of the oldest Kubernetes that the constructs write for', () => {
    const version = new GoModule(KUBECTL.moduleFolder).versionOf(KUBECTL.versionOf)
    expect(version).toSatisfy((found: string) => found.startsWith(`v${OLDEST}.`))
  })

  it('loses a field that it does not know, so that its silence says something', async () => {
    const metadata = { name: 'web', namespace: 'shop' }
    const spec = { selector: { app: 'web' }, ports: [{ port: 80, prot: 'TCP' }] }
    const service = { apiVersion: 'v1', kind: 'Service', metadata, spec }
    expect(await roundTrip(service)).toEqual({ outcome: 'written', lost: ['.spec.ports.0.prot'] })
  })

  it('refuses a value of the wrong type', async () => {
    const metadata = { name: 'web', namespace: 'shop' }
    const budget = {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata,
      spec: { selector: 1 },
    }
    expect(await roundTrip(budget)).toMatchObject({ outcome: 'refused' })
  })
})
