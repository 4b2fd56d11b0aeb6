import { appendFileSync, existsSync } from 'node:fs'
import { App as Cdk8sApp, type AppProps as Cdk8sAppProps } from 'cdk8s'
import { everyErrorRule, everyRule } from '../checks/every-rule.ts'
import { writeOutputFolder } from './output-folder.ts'
import { collectMistakesOf } from './remember-children.ts'
import type { Synthesis } from './synthesis.ts'
import { SynthesisError } from './synthesis-error.ts'
import { type ReportRequest, reportOf, requestedReport } from './synthesis-report.ts'
import { synthesizeTree } from './synthesize-tree.ts'

export interface AppProps {
  /**
   * Folder that `synth` writes into.
   *
   * @default - what the command that runs the app asks for, else `dist`
   */
  readonly outdir?: string
}

/**
 * The root of the tree: cdk8s' `App` with a renderer of its own.
 *
 * cdk8s walks the whole tree again for every chart, names files after kind and name alone (so that
 * two namespaces overwrite each other), and writes what nobody checked. This one walks once, lays
 * files out as the deploy branch, and writes nothing if anything is wrong.
 */
export class App extends Cdk8sApp {
  constructor(props: AppProps = {}) {
    super(props satisfies Cdk8sAppProps)
    collectMistakesOf(this)
  }

  /**
   * Renders, checks and writes the manifests of all environments.
   *
   * @throws {SynthesisError} with every mistake of the tree; nothing is written then
   * @throws {OutputFolderError} if `outdir` cannot be written; it is as it was then
   */
  override synth(): void {
    const report = this.#requestedReport()
    const isOnlyWritten = report === undefined || report.detail === 'files'
    const synthesis = synthesizeTree(this, isOnlyWritten ? everyErrorRule : everyRule)
    if (report !== undefined) appendFileSync(report.path, reportOf(synthesis, report.detail))
    assertClean(synthesis)
    if (report === undefined) {
      writeOutputFolder({
        root: process.cwd(),
        output: this.outdir,
        renderings: synthesis.renderings,
      })
    }
  }

  /** Whoever asks has made the file; otherwise the variable was left behind by somebody. */
  #requestedReport(): ReportRequest | undefined {
    const report = requestedReport(process.env)
    return report !== undefined && existsSync(report.path) ? report : undefined
  }

  /**
   * The manifests of all environments as one YAML stream, without the files that nothing syncs.
   *
   * @throws {SynthesisError} with every mistake of the tree
   */
  override synthYaml(): string {
    const synthesis = synthesizeTree(this, everyErrorRule)
    assertClean(synthesis)
    return synthesis.renderings
      .flatMap(({ files }) => files.filter(({ object }) => object !== undefined))
      .map(({ text }) => text)
      .join('---\n')
  }
}

function assertClean({ findings }: Synthesis): void {
  const errors = findings.filter(
    ({ severity, waived }) => severity === 'error' && waived === undefined,
  )
  if (errors.length > 0) throw new SynthesisError(errors)
}
