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

const annotated = (annotations: Readonly<Record<string, string>>): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', annotations },
})

describe('a credential', () => {
  it('is found in Base64 that is meant for bytes, by its shape, its name and in a text', () => {
    const configMap = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'keys' },
      binaryData: {
        id_rsa: btoa(PRIVATE_KEY),
        password: btoa('hunter2'),
        'app.properties': btoa('db.user=shop\ndb.password=hunter2\n'),
        logo: btoa('\u0089PNG'),
        broken: '%%%',
      },
    }
    expect(fieldsFound(configMap)).toEqual([
      'binaryData["app.properties"]',
      'binaryData["id_rsa"]',
      'binaryData["password"]',
    ])
  })

  it.each([
    ['YAML', 'db:\n  user: shop\n  password: hunter2 # of the shop\n'],
    ['a list in YAML', 'users:\n- token: "4c1d9aa0"\n'],
    ['JSON', '{"db": {"user": "shop", "password": "hunter2"}}'],
    ['properties', 'spring.datasource.user=shop\nspring.datasource.password = hunter2\n'],
    ['a script', '#!/bin/sh\nexport AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG\naws s3 ls\n'],
    ['a command', 'PGPASSWORD=hunter2 psql -h db'],
    ['a name cut short', 'DB_PASS=hunter2\n'],
    ['a connection string', 'Server=db;Database=shop;User Id=shop;Password=hunter2;'],
    ['a query', 'jdbc:postgresql://db/shop?user=shop&password=hunter2'],
    ['a URL', 'cache:\n  url: redis://:hunter2@cache:6379\n'],
    ['a header', 'proxy_set_header Authorization "Basic c2hvcDpodW50ZXIy";'],
    ['a key', `tls:\n  key: |\n    ${PRIVATE_KEY}`],
  ])('is found in %s', (_, value) => {
    expect(credentialIn('app.conf', value)).toBeDefined()
  })

  it.each([
    `password: \${DB_PASSWORD}\ntoken: $(TOKEN)\nsecret: $SECRET\napi_key: {{ .Values.key }}\n`,
    'password_file: /run/secrets/db\ntls:\n  private_key: certs/tls.key\n',
    'token: vault:secret/data/shop#token\npassword: op://shop/db/password\n',
    'password: ENC[AES256_GCM,data:abc]\ndb.password=ENC(abc)\nsecret: !vault |\n',
    'credentials: db-login-2\nsecret: shop/db-login\ntoken_ttl: 1h\npassword: true\n',
    'password=$(cat /run/secrets/db)\nPASSWORD="$PASSWORD" exec "$@"\nread -r token\n',
    "password = os.environ['PASSWORD']\nconnect(user=user, password=get())\n",
    '{"type": "object", "properties": {"password": {"type": "string"}, "token": "string"}}',
    'Enter your password: it is asked for once\nThe secret: drink water\n',
    '# password: hunter2\n',
    'location / { proxy_set_header Authorization "Bearer $token"; }',
  ])('is not seen in the text %j', (value) => {
    expect(credentialIn('app.conf', value)).toBeUndefined()
  })

  it('is told by its name within the text, and never printed', () => {
    const object = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'web' },
      data: { 'app.yaml': 'db:\n  password: hunter2\n' },
    }
    const [finding] = checkObjects([{ object }], { rules: secretRules })
    expect(finding?.message).toBe('app.yaml looks like a text with a credential in it, `password`')
    expect(JSON.stringify(finding)).not.toContain('hunter2')
  })

  it.each([
    ['example.com/api-token', '4c1d9aa0'],
    ['example.com/snippet', 'proxy_set_header Authorization "Basic c2hvcDpodW50ZXIy";'],
    ['example.com/config', 'password: hunter2'],
    ['example.com/auth-secret', PRIVATE_KEY],
  ])('is found in the annotation %s', (name, value) => {
    expect(fieldsFound(annotated({ [name]: value }))).toEqual([`metadata.annotations["${name}"]`])
  })

  it('is found in an annotation of a pod template', () => {
    const template = {
      metadata: { annotations: { 'example.com/token': '4c1d9aa0' } },
      spec: { containers: [] },
    }
    const object = {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name: 'web' },
      spec: { jobTemplate: { spec: { template } } },
    }
    expect(fieldsFound(object)).toEqual([
      'spec.jobTemplate.spec.template.metadata.annotations["example.com/token"]',
    ])
  })

  it.each([
    ['nginx.ingress.kubernetes.io/auth-secret', 'basicauth'],
    ['checksum/secret', 'a'.repeat(64)],
    ['vault.hashicorp.com/agent-inject-token', 'true'],
    ['vault.hashicorp.com/agent-inject-secret-password', 'database/creds/shop'],
    ['vault.hashicorp.com/agent-inject-template-password', '{{ with secret "db" }}p{{ end }}'],
    [
      'kubectl.kubernetes.io/last-applied-configuration',
      '{"spec":{"data":[{"secretKey":"password"}]}}',
    ],
  ])('is not seen in the annotation %s', (name, value) => {
    expect(fieldsFound(annotated({ [name]: value }))).toEqual([])
  })

  it.each([
    ['--password=hunter2'],
    ['-token=4c1d9aa0'],
    ['--api-key=abc\ndef'],
    [`--x=${PRIVATE_KEY}`],
    ['--password', 'hunter2'],
    ['--user', 'shop', '--db.password', 'hunter2', '--verbose'],
    ['-c', 'mysql --password=hunter2 shop'],
    ['-Ddb.password=hunter2'],
  ])('is found in the arguments %j %j', (...args) =>
    expect(fieldsFound(pod(...args))).toHaveLength(1),
  )

  it.each([
    ['--password=$(PASSWORD)'],
    ['--token-file=/run/token'],
    ['--password'],
    ['--password', '$(PASSWORD)'],
    ['--password', '--verbose'],
    ['--token', '/run/token'],
    ['--no-password', 'shop'],
    ['--secret=db-login'],
    ['--secret', 'shop/db-login'],
    ['-c', 'mysql --password="$PASSWORD" shop'],
  ])('is not seen in the arguments %j %j', (...args) =>
    expect(fieldsFound(pod(...args))).toEqual([]),
  )

  // What reads on to the end from every letter takes hours for a megabyte, and the test's time is up.
  it.each([
    ...['a-', '-eyJ', 'eyJ', 'a://', 'a.b+', 'xoxb', 'glpat', '-----BEGIN A ', 'A PRIVATE KEY'],
    ...[
      '"key"',
      '"key": "',
      ' key=',
      " key='",
      'key:  ',
      ' ',
      '\nkey: a',
      'authorization ',
      '[token(',
    ],
  ])('is looked for in a megabyte of %j', (part) =>
    expect(credentialIn('file', part.repeat(1_000_000 / part.length))).toBeUndefined(),
  )
})
