import type { Violation } from './finding.ts'
import type { Indexed } from './indexed.ts'
import type { ObjectSet } from './object-set.ts'
import type { Rule } from './rule.ts'
import type { Container, Workload } from './workload.ts'

/** What is wrong with the one object that is looked at. */
export type Problem = Omit<Violation, 'index'>

/** What a look at one object gave; `undefined` if nothing is wrong. */
export type Verdict = Problem | readonly Problem[] | undefined

/** Looks at every workload. */
export const forEachWorkload =
  (judge: (workload: Workload, objects: ObjectSet) => Verdict): Rule['check'] =>
  (objects) => {
    const found: Violation[] = []
    for (const workload of objects.workloads) {
      add(found, workload.index, judge(workload, objects))
    }
    return found
  }

/** Looks at every container of every workload, init containers too. */
export const forEachContainer =
  (
    judge: (container: Container, workload: Workload, objects: ObjectSet) => Verdict,
  ): Rule['check'] =>
  (objects) => {
    const found: Violation[] = []
    for (const workload of objects.workloads) {
      for (const container of workload.containers) {
        add(found, workload.index, judge(container, workload, objects))
      }
    }
    return found
  }

/** Looks at every object of some kinds, each given as `<group>/<Kind>`: `apps/Deployment`, `/Service`. */
export const forEachOfKind = (
  kinds: string | readonly string[],
  judge: (object: Indexed['object'], objects: ObjectSet) => Verdict,
): Rule['check'] => {
  const split = (typeof kinds === 'string' ? [kinds] : kinds).map((kind) => {
    const slash = kind.lastIndexOf('/')
    return { group: kind.slice(0, slash), kind: kind.slice(slash + 1) }
  })
  return (objects) => {
    const found: Violation[] = []
    for (const { group, kind } of split) {
      for (const { index, object } of objects.ofKind(group, kind)) {
        add(found, index, judge(object, objects))
      }
    }
    return found
  }
}

/** Looks at every object, whatever it is. */
export const forEachObject =
  (judge: (object: Indexed['object'], objects: ObjectSet) => Verdict): Rule['check'] =>
  (objects) => {
    const found: Violation[] = []
    objects.objects.forEach((object, index) => {
      add(found, index, judge(object, objects))
    })
    return found
  }

/** Nearly every look finds nothing, so that case does nothing. */
function add(found: Violation[], index: number, verdict: Verdict): void {
  if (verdict === undefined) return
  if (!isList(verdict)) found.push({ index, ...verdict })
  else for (const problem of verdict) found.push({ index, ...problem })
}

const isList = (verdict: Problem | readonly Problem[]): verdict is readonly Problem[] =>
  Array.isArray(verdict)
