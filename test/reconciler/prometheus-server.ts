import { existsSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cacheFolder } from '../control-plane/binary-cache.ts'
import { eventually } from '../control-plane/eventually.ts'
import { freePort } from '../control-plane/free-port.ts'
import { ProgramError } from '../control-plane/program-error.ts'
import { keepLogs, newRunFolder } from '../control-plane/run-folder.ts'
import { SupervisedProcess } from '../control-plane/supervised-process.ts'

/** A process that is scraped every second, with the labels that it has in a cluster. */
export interface ScrapeTarget {
  readonly port: number
  readonly labels: Readonly<Record<string, string>>
}

/** A Prometheus of its own, that has scraped all of its targets once it is started. */
export class PrometheusServer implements AsyncDisposable {
  /** Where `npm run judges` unpacks it to. */
  static readonly folder = join(
    cacheFolder(process.env),
    'judges',
    `prometheus-debian-${process.platform}-${process.arch}`,
  )

  /** Whether it is there. */
  static isPossible(): boolean {
    return existsSync(PROGRAM)
  }

  readonly url: string
  readonly #folder: string
  readonly #process: SupervisedProcess

  private constructor(port: number, folder: string, process: SupervisedProcess) {
    this.url = `http://127.0.0.1:${port}`
    this.#folder = folder
    this.#process = process
  }

  /** @throws {ProgramError} */
  static async start(targets: readonly ScrapeTarget[]): Promise<PrometheusServer> {
    if (!PrometheusServer.isPossible()) throw new Error('Run `npm run judges` first')
    const folder = await newRunFolder()
    await writeFile(join(folder, 'prometheus.json'), JSON.stringify(configuration(targets)))
    const port = await freePort()
    const process = await SupervisedProcess.start(
      'prometheus',
      PROGRAM,
      [
        `--config.file=${join(folder, 'prometheus.json')}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
      ],
      folder,
    )
    const server = new PrometheusServer(port, folder, process)
    try {
      await server.#whenReady()
      await server.#whenScraped(targets.length)
    } catch (error) {
      await process.stop()
      await keepLogs(folder)
      throw error
    }
    return server
  }

  /** It answers nothing more from now on. */
  stop(): Promise<void> {
    return this.#process.stop()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
    await rm(this.#folder, { recursive: true })
  }

  async #whenReady(): Promise<void> {
    let endedAs: string | undefined
    void this.#process.ended.then((how) => {
      endedAs = how
    })
    const isReady = () =>
      fetch(`${this.url}/-/ready`).then(
        ({ ok }) => ok,
        () => false,
      )
    await eventually('Prometheus is ready', isReady, (is) => is || endedAs !== undefined)
    if (endedAs === undefined) return
    throw await ProgramError.of(this.#process, `ended with ${endedAs} before it was ready`)
  }

  async #whenScraped(targets: number): Promise<void> {
    const scraped = async () => {
      const response = await fetch(`${this.url}/api/v1/query?query=count(up==1)`)
      const { data } = (await response.json()) as VectorAnswer
      return Number(data.result[0]?.value[1] ?? 0)
    }
    await eventually('Prometheus has scraped', scraped, (count) => count === targets)
  }
}

interface VectorAnswer {
  readonly data: { readonly result: readonly { readonly value: readonly [number, string] }[] }
}

const PROGRAM = join(PrometheusServer.folder, 'usr/bin/prometheus')

/** JSON is YAML too. */
const configuration = (targets: readonly ScrapeTarget[]) => ({
  global: { scrape_interval: '1s', scrape_timeout: '1s' },
  scrape_configs: [
    {
      job_name: 'pods',
      static_configs: targets.map(({ port, labels }) => ({
        targets: [`127.0.0.1:${port}`],
        labels,
      })),
    },
  ],
})
