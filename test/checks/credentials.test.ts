import { describe, expect, it } from 'vitest'
import { checkObjects } from '../../checks/check-objects.ts'
import { credentialIn } from '../../checks/credentials.ts'
import { secretRules } from '../../checks/rules/secret.ts'
import type { KubernetesObject } from '../../manifests/kubernetes-object.ts'

const PRIVATE_KEY = '-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA\n'

const fieldsFound = (object: KubernetesObject): (string | undefined)[] =>
  checkObjects([{ object }], { rules: secretRules }).map(({ field }) => field)

const pod = (...args: string[]): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web' },
  spec: { containers: [{ name: 'web', args }] },
})

describe('a credential', () => {
  it('is found in Base64 that is meant for bytes', () => {
    const configMap = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'keys' },
      binaryData: { id_rsa: btoa(PRIVATE_KEY), logo: btoa('\u0089PNG'), broken: '%%%' },
    }
    expect(fieldsFound(configMap)).toEqual(['binaryData["id_rsa"]'])
  })

  it.each(['--password=hunter2', '-token=4c1d9aa0', '--api-key=abc\ndef', `--x=${PRIVATE_KEY}`])(
    'is found in the argument %j',
    (argument) => expect(fieldsFound(pod(argument))).toHaveLength(1),
  )

  it.each(['--password=$(PASSWORD)', '--token-file=/run/token', '--password', '--secret=db-login'])(
    'is not seen in the argument %j',
    (argument) => expect(fieldsFound(pod(argument))).toEqual([]),
  )

  // What reads on to the end from every letter takes hours for a megabyte, and the test's time is up.
  it.each(['a-', '-eyJ', 'eyJ', 'a://', 'a.b+', 'xoxb', 'glpat', '-----BEGIN A ', 'A PRIVATE KEY'])(
    'is looked for in a megabyte of %j',
    (part) => expect(credentialIn('file', part.repeat(1_000_000 / part.length))).toBeUndefined(),
  )
})
