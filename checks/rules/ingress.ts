import { at, items, text } from '../../manifests/fields.ts'
import { forEachOfKind } from '../for-each.ts'
import type { Rule } from '../rule.ts'

const INGRESS = 'networking.k8s.io/Ingress'

const tls: Rule = {
  id: 'ingress/tls',
  severity: 'warning',
  title: 'An Ingress serves over TLS',
  why: 'Passwords and sessions cross the Internet in plain sight.',
  peers: ['polaris/tlsSettingsMissing', 'kubescape/C-0263'],
  check: forEachOfKind(INGRESS, ({ spec }) =>
    items(at(spec, 'tls')).length === 0
      ? {
          field: 'spec.tls',
          message: 'The Ingress has no certificate',
          remedy: 'Add `tls` with the hosts and the name of the Secret that the issuer fills',
        }
      : undefined,
  ),
}

const host: Rule = {
  id: 'ingress/host',
  severity: 'warning',
  title: 'An Ingress says for which host it is',
  why: 'A rule without a host, or for `*`, takes the traffic of every name that nobody else claims, and that of others when they are misspelt.',
  peers: ['datree/INGRESS_INCORRECT_HOST_VALUE_PERMISSIVE'],
  check: forEachOfKind(INGRESS, ({ spec }) =>
    items(at(spec, 'rules')).flatMap((rule, index) => {
      const name = text(at(rule, 'host')) ?? ''
      if (name !== '' && name !== '*') return []
      return {
        field: `spec.rules[${index}].host`,
        message: 'The rule is for every host',
        remedy: 'Write the host name',
      }
    }),
  ),
}

const ingressClass: Rule = {
  id: 'ingress/class',
  severity: 'advice',
  title: 'An Ingress says which controller serves it',
  why: 'Without a class it is served by the default one, by all of them, or by none, as the cluster happens to be set up.',
  check: forEachOfKind(INGRESS, ({ spec }) =>
    at(spec, 'ingressClassName') === undefined
      ? {
          field: 'spec.ingressClassName',
          message: 'The Ingress has no class',
          remedy: 'Write `ingressClassName`',
        }
      : undefined,
  ),
}

export const ingressRules: readonly Rule[] = [tls, host, ingressClass]
