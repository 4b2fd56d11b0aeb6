import { Command, Option } from 'commander'
import { plan } from '../gitops/publish.ts'
import type { PublishPlan } from '../gitops/publish-plan.ts'
import {
  addDeployOptions,
  addMergeOptions,
  addSynthesisOptions,
  assertReason,
  type DeployOptions,
  type MergeOptions,
  type SynthesisOptions,
} from './deploy-options.ts'
import { withDeployTarget } from './deploy-target.ts'
import { isUpToDate, planJson } from './plan-json.ts'
import { renderPlan, renderStops } from './render-plan.ts'
import { renderPlanMarkdown } from './render-plan-markdown.ts'
import { synthesizeForDeploy } from './synthesize-for-deploy.ts'
import type { Terminal } from './terminal.ts'

/** `lockstep diff`: what publish would do now. */
export const diffCommand = (terminal: Terminal): Command =>
  addMergeOptions(
    addDeployOptions(
      addSynthesisOptions(
        new Command('diff').description('Show what publish would change on the deploy branch now'),
      ),
    ),
  )
    .addOption(
      new Option('-f, --format <format>', 'how to print it')
        .choices(['text', 'json', 'markdown'])
        .default('text'),
    )
    .option('--check', 'exit with 1 if source and branch differ')
    .action((options: DiffOptions) => runDiff(options, terminal))

interface DiffOptions extends SynthesisOptions, DeployOptions, MergeOptions {
  readonly format: 'text' | 'json' | 'markdown'
  readonly check?: boolean
}

async function runDiff(options: DiffOptions, terminal: Terminal): Promise<void> {
  assertReason(options)
  const synthesis = await synthesizeForDeploy(options, terminal, { writes: false })
  if (synthesis === undefined) return
  const plans = await withDeployTarget(options, terminal, async (target) => {
    const result: PublishPlan[] = []
    for (const rendering of synthesis) result.push(await plan({ ...options, ...target, rendering }))
    return result
  })
  terminal.out(render(plans, options.format, terminal))
  if (options.format === 'text') {
    for (const item of plans) terminal.err(renderStops(item, terminal))
  }
  if (options.check && !plans.every(isUpToDate)) terminal.setExitCode(1)
}

function render(
  plans: readonly PublishPlan[],
  format: DiffOptions['format'],
  terminal: Terminal,
): string {
  if (format === 'json') return `${JSON.stringify(plans.map(planJson), undefined, 2)}\n`
  if (format === 'markdown') return plans.map(renderPlanMarkdown).join('\n')
  return plans
    .map((item) => `${item.environment}:\n${renderPlan(item, terminal) || nothing(item)}`)
    .join('\n')
}

const nothing = ({ stops }: PublishPlan): string =>
  stops.length === 0 ? 'nothing to change\n' : ''
