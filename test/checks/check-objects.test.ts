import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { allRules, errorRules, ruleById, ruleDescriptions } from '../../checks/all-rules.ts'
import { type CheckOptions, checkObjects } from '../../checks/check-objects.ts'
import { InvalidExternalError } from '../../checks/external.ts'
import type { Finding } from '../../checks/finding.ts'
import { schemaRules } from '../../checks/rules/schema.ts'
import { kubernetesSchemas } from '../../checks/schema/kubernetes-schemas.ts'
import { simulateFailures } from '../../checks/simulate-failures.ts'
import { isKubernetesObject, type KubernetesObject } from '../../manifests/kubernetes-object.ts'
import { append, type Change, drop, goodApp, set, waive } from './good-app.ts'

const rules = [...allRules, ...schemaRules(kubernetesSchemas)]

const check = (changes: readonly Change[], options: CheckOptions = {}): Finding[] =>
  checkObjects(
    goodApp(...changes).map((object) => ({ object })),
    { rules, ...options },
  )

const latest = set('Deployment/web', 'spec.template.spec.containers.0.image', 'nginx')
const noClass = set('Deployment/web', 'spec.template.spec.priorityClassName', 'high')

describe('A finding', () => {
  it('says which object and field, what is wrong, what to write, and where it comes from', () => {
    const objects = goodApp(latest).map((object, index) => ({
      object,
      origin: { file: 'app.yaml', line: index + 1 },
    }))
    expect(checkObjects(objects, { environment: 'prod' })).toEqual([
      {
        rule: 'image/floating',
        severity: 'warning',
        environment: 'prod',
        object: 'Deployment.apps shop/web',
        field: 'spec.template.spec.containers[0].image',
        message: "'nginx' is whatever was pushed last",
        remedy: 'Name a version and its digest: `<tag>@sha256:…`',
        origin: { file: 'app.yaml', line: 2 },
      },
    ])
  })

  it('costs no look at the origin of objects in which nothing was found', () => {
    const looked: string[] = []
    const objects = goodApp(latest).map((object) => ({
      object,
      get origin() {
        looked.push(`${object.kind} ${object.metadata.name}`)
        return { file: 'app.yaml' }
      },
    }))
    expect(checkObjects(objects)).toHaveLength(1)
    expect(new Set(looked)).toEqual(new Set(['Deployment web']))
  })

  it('is among the others where it belongs whatever the order of the objects', () => {
    const changes = [latest, noClass, drop('PodDisruptionBudget/api'), drop('ServiceAccount/api')]
    const objects = goodApp(...changes).map((object) => ({ object }))
    const expected = checkObjects(objects)
    expect(expected.map(({ severity, rule }) => `${severity} ${rule}`)).toEqual([
      'error reference/priority-class',
      'error reference/service-account',
      'warning image/floating',
      'warning pdb/missing',
    ])
    fc.assert(
      fc.property(fc.shuffledSubarray(objects, { minLength: objects.length }), (shuffled) => {
        expect(checkObjects(shuffled)).toEqual(expected)
      }),
    )
  })
})

describe('A waiver', () => {
  it('is shown with its reason on the findings of its object and rule, and on no other', () => {
    const findings = check([
      latest,
      set('StatefulSet/ledger', 'spec.template.spec.containers.0.image', 'nginx'),
      waive('Deployment/web', 'image/floating'),
    ])
    expect(findings.map(({ object, waived }) => [object, waived])).toEqual([
      ['Deployment.apps shop/web', 'on purpose'],
      ['StatefulSet.apps shop/ledger', undefined],
    ])
  })

  it('without a reason does not count, and is found itself', () => {
    const findings = check([
      latest,
      set('Deployment/web', 'metadata.annotations."waiver.lockstep.dev/image.floating"', ''),
    ])
    expect(findings.map(({ rule, waived }) => [rule, waived])).toEqual([
      ['image/floating', undefined],
      ['waiver/no-reason', undefined],
    ])
  })
})

describe('What is missing', () => {
  it('is an error where everything is here, and a warning where it may be elsewhere', () => {
    expect(check([noClass])).toMatchObject([{ severity: 'error' }])
    expect(check([noClass], { partial: true })).toMatchObject([{ severity: 'warning' }])
  })

  it.each([
    'PriorityClass high',
    'PriorityClass.scheduling.k8s.io high',
    'PriorityClass hi*',
    'PriorityClass.scheduling.k8s.io *',
  ])('is not missing if it is declared to exist: %s', (external) => {
    expect(check([noClass], { external: [external] })).toEqual([])
  })

  it.each(['PriorityClass low', 'PriorityClass.example.com high', 'ConfigMap shop/high'])(
    'is missing still if something else is declared: %s',
    (external) => {
      expect(check([noClass], { external: [external] })).toHaveLength(1)
    },
  )

  it.each([
    'high',
    'priorityclass high',
    'PriorityClass',
    'PriorityClass a b',
    'Service a/b/c',
    '',
  ])('cannot be declared as %j', (external) => {
    expect(() => check([], { external: [external] })).toThrow(InvalidExternalError)
  })

  it('is never a Secret, which operators make, nor what every namespace has', () => {
    expect(
      check([
        append('Deployment/web', 'spec.template.spec.containers.0.env', {
          name: 'KEY',
          valueFrom: { secretKeyRef: { name: 'nowhere', key: 'key' } },
        }),
        append('Deployment/web', 'spec.template.spec.volumes', {
          name: 'ca',
          configMap: { name: 'kube-root-ca.crt' },
        }),
        set('CronJob/report', 'spec.jobTemplate.spec.template.spec.serviceAccountName', 'default'),
        waive('CronJob/report', 'security/default-service-account'),
      ]).filter(({ waived }) => waived === undefined),
    ).toEqual([])
  })
})

describe('The list of rules', () => {
  it('is in order and has each id once', () => {
    const ids = ruleDescriptions.map(({ id }) => id)
    expect(ids).toEqual([...new Set(ids)].sort())
  })

  it('has the errors apart, for every synth', () => {
    expect(errorRules.length).toBeGreaterThan(40)
    expect(errorRules.every(({ severity }) => severity === 'error')).toBe(true)
  })

  it('tells by id what a rule says, those of the schemas too', () => {
    expect(ruleById('pdb/never-evictable')).toMatchObject({ severity: 'error' })
    expect(ruleById('schema/unknown-field')).toMatchObject({ severity: 'error' })
    expect(ruleById('pdb/nothing')).toBeUndefined()
  })
})

/** Places in the good app where something else could stand. */
const places = goodApp().flatMap((object, index) =>
  pathsOf(object)
    .filter(
      (path) => path.length > 0 && !['apiVersion', 'kind', 'metadata'].includes(path.join('.')),
    )
    .map((path) => ({ index, path })),
)

function pathsOf(value: unknown): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [[]]
  return [
    [],
    ...Object.entries(value).flatMap(([key, child]) =>
      pathsOf(child).map((path) => [key, ...path]),
    ),
  ]
}

function replaced(
  value: unknown,
  [key, ...rest]: readonly (string | number)[],
  by: unknown,
): unknown {
  if (key === undefined) return by
  if (Array.isArray(value)) {
    return value.map((item, index) =>
      String(index) === String(key) ? replaced(item, rest, by) : item,
    )
  }
  // Another change may have taken away what lay here.
  if (typeof value !== 'object' || value === null) return value
  const fields = value as Record<string, unknown>
  return { ...fields, [key]: replaced(fields[key], rest, by) }
}

describe('Manifests that make no sense', () => {
  it('are checked and simulated like others, and break nothing', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom(...places), fc.jsonValue()), {
          minLength: 1,
          maxLength: 4,
        }),
        (changes) => {
          const objects = goodApp()
          for (const [{ index, path }, value] of changes) {
            const changed: unknown = replaced(objects[index], path, value)
            if (isKubernetesObject(changed)) objects[index] = changed
          }
          const findings = checkObjects(
            objects.map((object) => ({ object })),
            { rules },
          )
          expect(findings.every(({ message, remedy }) => message !== '' && remedy !== '')).toBe(
            true,
          )
          expect(simulateFailures(objects).workloads.length).toBeGreaterThanOrEqual(0)
        },
      ),
      { numRuns: 1500 },
    )
  })

  it('are read in time that does not grow with the square of their number', () => {
    const apps = (count: number): KubernetesObject[] =>
      Array.from({ length: count }, (_, app) =>
        goodApp().map((object) =>
          JSON.parse(JSON.stringify(object).replaceAll('"shop"', `"shop-${app % 5}-${app}"`)),
        ),
      ).flat()
    let visits = 0
    const counted = (objects: KubernetesObject[]) => {
      visits = 0
      const checked = objects.map((object) => ({
        object: new Proxy(object, {
          get: (target, name, receiver) => {
            visits++
            return Reflect.get(target, name, receiver) as unknown
          },
        }),
      }))
      expect(checkObjects(checked)).toEqual([])
      return visits
    }
    const few = counted(apps(10))
    expect(counted(apps(80))).toBeLessThan(few * 8 * 1.2)
  })
})
