import type { Violation } from './finding.ts'
import type { Indexed, ObjectSet } from './object-set.ts'
import type { Rule } from './rule.ts'
import type { Container, Workload } from './workload.ts'

/** What is wrong with the one object that is looked at. */
export type Problem = Omit<Violation, 'index'>

/** What a look at one object gave; `undefined` if nothing is wrong. */
export type Verdict = Problem | readonly Problem[] | undefined

/** Looks at every workload. */
export const forEachWorkload = (
  judge: (workload: Workload, objects: ObjectSet) => Verdict,
): Rule['check'] =>
  function* (objects) {
    for (const workload of objects.workloads) {
      const verdict = judge(workload, objects)
      if (verdict !== undefined) yield* violations(workload.index, verdict)
    }
  }

/** Looks at every container of every workload, init containers too. */
export const forEachContainer = (
  judge: (container: Container, workload: Workload, objects: ObjectSet) => Verdict,
): Rule['check'] =>
  function* (objects) {
    for (const workload of objects.workloads) {
      for (const container of workload.containers) {
        const verdict = judge(container, workload, objects)
        if (verdict !== undefined) yield* violations(workload.index, verdict)
      }
    }
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
  return function* (objects) {
    for (const { group, kind } of split) {
      for (const { index, object } of objects.ofKind(group, kind)) {
        const verdict = judge(object, objects)
        if (verdict !== undefined) yield* violations(index, verdict)
      }
    }
  }
}

/** Looks at every object, whatever it is. */
export const forEachObject = (
  judge: (object: Indexed['object'], objects: ObjectSet) => Verdict,
): Rule['check'] =>
  function* (objects) {
    for (const [index, object] of objects.objects.entries()) {
      const verdict = judge(object, objects)
      if (verdict !== undefined) yield* violations(index, verdict)
    }
  }

function* violations(index: number, verdict: Problem | readonly Problem[]): Iterable<Violation> {
  if (!isList(verdict)) yield { index, ...verdict }
  else for (const problem of verdict) yield { index, ...problem }
}

const isList = (verdict: Problem | readonly Problem[]): verdict is readonly Problem[] =>
  Array.isArray(verdict)
