import { z } from 'zod'
import { JsonMetrics } from '../../reconciler/json-metrics.ts'
import { type MetricSource, REFUSED_SOURCES } from '../../reconciler/metric-queries.ts'
import { PrometheusMetrics } from '../../reconciler/prometheus-metrics.ts'
import type { Metrics } from '../../rollouts/metrics.ts'
import { ConfigurationError } from './configuration-error.ts'
import { readSecret, SECRET_SOURCE, type SecretSource } from './secret-source.ts'
import type { SettingSource } from './setting-source.ts'

/**
 * The metric store that these settings name. Secrets are read again before each request, since tokens
 * of ServiceAccounts are renewed, and once at the start, to find out what is wrong with them.
 *
 * @param where names the settings
 * @throws {ConfigurationError}
 */
export async function openMetrics(
  source: SettingSource,
  settings: MetricSettings,
  where: string,
): Promise<Metrics> {
  if (settings.type === 'prometheus') {
    const { type: _, token: from, ...props } = settings
    if (from === undefined) return new PrometheusMetrics(props)
    const token = () => readSecret(source, from, `${where}.token`)
    await token()
    return new PrometheusMetrics({ ...props, token })
  }
  const { type: _, headers: from, ...props } = settings
  const headers = () => readHeaders(source, from, `${where}.headers`)
  await headers()
  try {
    return new JsonMetrics({ ...props, headers })
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new ConfigurationError([`${where}: ${error.message}`], { cause: error })
  }
}

async function readHeaders(
  source: SettingSource,
  from: Readonly<Record<string, SecretSource>>,
  where: string,
): Promise<Readonly<Record<string, string>>> {
  const entries = Object.entries(from).map(
    async ([name, secret]) => [name, await readSecret(source, secret, `${where}.${name}`)] as const,
  )
  return Object.fromEntries(await Promise.all(entries))
}

const URL_TEXT = z.url({
  protocol: /^https?$/,
  error: 'Write an address that begins with http:// or https://',
})

const LABEL = z
  .string()
  .regex(/^[A-Za-z_]\w*$/, 'Write the name of a label: letters, digits and underscores')

const NAME = z
  .string()
  .regex(/^[A-Za-z_:][\w:]*$/, 'Write the name of a metric: letters, digits, _ and :')

const SOURCES = [
  z.strictObject({
    type: z.literal('app'),
    requests: NAME.exactOptional(),
    durations: NAME.exactOptional(),
    statusLabel: LABEL.exactOptional(),
    namespaceLabel: LABEL.exactOptional(),
    podLabel: LABEL.exactOptional(),
  }),
  z.strictObject({
    type: z.literal('istio'),
    reporter: z.enum(['destination', 'source', 'waypoint']).exactOptional(),
  }),
  z.strictObject({ type: z.literal('linkerd') }),
  z.strictObject({ type: z.literal('traefik'), serviceLabel: LABEL.exactOptional() }),
  z.strictObject({ type: z.literal('contour') }),
] as const

const KNOWN_SOURCES = SOURCES.map(({ shape }) => shape.type.value)

/** Why a gateway that many have is not among them is worth more than a list of those that are. */
const METRIC_SOURCE: z.ZodType<MetricSource> = z.discriminatedUnion('type', SOURCES, {
  error: ({ input }) => {
    const { type } = Object(input) as { readonly type?: unknown }
    const known = `Write type: ${KNOWN_SOURCES.join(', ')}`
    const refusal = Object.hasOwn(REFUSED_SOURCES, String(type)) && REFUSED_SOURCES[String(type)]
    return refusal ? `${refusal}. ${known}` : known
  },
})

const POINTER = z
  .string()
  .regex(/^(\/([^~]|~[01])*)?$/, 'Write a JSON pointer, such as /data/requests')

/** Variables stand in it; what remains of an address is checked when it is opened. */
const ADDRESS = z.string().min(1)

const COUNTS = { url: ADDRESS, total: POINTER, bad: POINTER }

/** Where the metrics of rollouts are: docs/analysis.md. */
export const METRIC_SETTINGS = z.discriminatedUnion(
  'type',
  [
    z.strictObject({
      type: z.literal('prometheus'),
      url: URL_TEXT,
      source: METRIC_SOURCE,
      token: SECRET_SOURCE.exactOptional(),
      headers: z.record(z.string(), z.string()).exactOptional(),
      instanceLabel: LABEL.exactOptional(),
      staleAfterSeconds: z.int().min(1).exactOptional(),
      timeoutMs: z.int().min(1).exactOptional(),
    }),
    z.strictObject({
      type: z.literal('json'),
      failures: z.strictObject(COUNTS).exactOptional(),
      slowness: z.strictObject({ ...COUNTS, boundaryMs: POINTER.exactOptional() }).exactOptional(),
      values: z.strictObject({ url: ADDRESS, value: POINTER }).exactOptional(),
      headers: z.record(z.string(), SECRET_SOURCE).default({}),
    }),
  ],
  'Write type: prometheus or type: json',
)
export type MetricSettings = z.output<typeof METRIC_SETTINGS>
