import { describe, expect, it } from 'vitest'
import { type CheckOptions, checkObjects } from '../../checks/check-objects.ts'
import { policyPeerRules } from '../../checks/rules/policy-peer.ts'
import { app, HighlyAvailableDeployment } from '../../constructs/index.ts'
import { Testing } from '../../constructs/testing.ts'
import { minimal } from '../constructs/fixtures.ts'
import { append, goodApp } from './good-app.ts'

const NAMESPACE = 'kubernetes.io/metadata.name'
const named = (name: string) => ({ matchLabels: { 'app.kubernetes.io/name': name } })
const inNamespace = (name: string) => ({ matchLabels: { [NAMESPACE]: name } })

/** What is found about one peer of the app `web`: `<severity> <message>`. */
const found = (peer: object, options: CheckOptions = {}): string[] =>
  checkObjects(
    goodApp(append('NetworkPolicy/web', 'spec.egress', { to: [peer] })).map((object) => ({
      object,
    })),
    { rules: policyPeerRules, ...options },
  ).map(({ severity, message }) => `${severity} ${message}`)

const LEGER = `No pod in shop has the labels {"app.kubernetes.io/name":"leger"}`

describe('A peer of a NetworkPolicy', () => {
  it.each([
    ['by the namespace of the policy', { podSelector: named('leger') }],
    [
      'by a namespace that is named',
      { podSelector: named('leger'), namespaceSelector: inNamespace('shop') },
    ],
    [
      'by a list of namespaces',
      {
        podSelector: named('leger'),
        namespaceSelector: {
          matchExpressions: [{ key: NAMESPACE, operator: 'In', values: ['shop'] }],
        },
      },
    ],
  ])('that nobody is, is found %s', (_, peer) => {
    expect(found(peer)).toEqual([`warning ${LEGER}`])
  })

  it.each([
    ['an app', { podSelector: named('ledger') }],
    ['everybody in the namespace', { podSelector: {} }],
    ['a whole namespace', { namespaceSelector: inNamespace('monitoring') }],
    [
      'an app in a namespace of others',
      { podSelector: named('leger'), namespaceSelector: inNamespace('payments') },
    ],
    ['an app in any namespace', { podSelector: named('leger'), namespaceSelector: {} }],
    ['an address', { ipBlock: { cidr: '192.0.2.0/24' } }],
  ])('may be %s', (_, peer) => {
    expect(found(peer)).toEqual([])
  })

  it('may be an app that is declared to exist', () => {
    const peer = { podSelector: named('leger') }
    expect(found(peer, { external: ['Deployment shop/leger'] })).toEqual([])
    expect(found(peer, { external: ['Deployment payments/leger'] })).toHaveLength(1)
  })

  it('is held against the apps of the tree', () => {
    const { findings } = Testing.synth((namespace) => {
      const network = { egressTo: [app('api'), app('apo')] }
      new HighlyAvailableDeployment(namespace, 'web', { ...minimal, network })
      new HighlyAvailableDeployment(namespace, 'api', minimal)
    })
    expect(findings.filter(({ rule }) => rule === 'network/policy-peer')).toMatchObject([
      {
        severity: 'warning',
        object: 'NetworkPolicy.networking.k8s.io test/web',
        field: 'spec.egress[2].to[0].podSelector',
        message: 'No pod in test has the labels {"app.kubernetes.io/name":"apo"}',
      },
    ])
  })

  it('is only worth knowing where it may be made elsewhere', () => {
    expect(found({ podSelector: named('leger') }, { partial: true })).toEqual([`advice ${LEGER}`])
  })
})
