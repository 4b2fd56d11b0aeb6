import { at, items, text } from '../manifests/fields.ts'
import { isDeclared } from './declared-field.ts'
import type { Suspension } from './suspension.ts'

/** A Kustomization of Flux: `spec.suspend`. What it is doing just then, kustomize-controller ends. */
export const kustomizationSuspension: Suspension = {
  isSuspended: ({ spec }) => at(spec, 'suspend') === true,
  contested: () => undefined,
  isDeclared: (sync) => isDeclared(sync, ['spec', 'suspend']),
  isApplying: ({ status }) =>
    items(at(status, 'conditions')).some(
      (condition) =>
        at(condition, 'type') === 'Reconciling' &&
        at(condition, 'status') === 'True' &&
        // One that waits for its next attempt has another reason.
        at(condition, 'reason') === 'Progressing',
    ),
  // `<namespace>_<name>_<group>_<kind>`
  applied: ({ status }) =>
    items(at(status, 'inventory', 'entries')).map((entry) => {
      const [namespace = '', name = '', , kind = ''] = (text(at(entry, 'id')) ?? '').split('_')
      return { kind, namespace, name }
    }),
  suspend: { spec: { suspend: true } },
  resume: { spec: { suspend: null } },
}
