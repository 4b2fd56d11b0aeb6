import { describe, expect, it } from 'vitest'
import { renderChartHtml } from '../../cli/render-chart-html.ts'
import { renderChartSvg } from '../../cli/render-chart-svg.ts'
import { NoRolloutInLogError, rolloutChart } from '../../cli/rollout-chart.ts'
import { type CommitAnswer, commitAnswer } from '../../functions/rollouts/commit-answer.ts'
import { commitMessage } from '../../gitops/commit-message.ts'
import type { LoggedCommit } from '../../gitops/git-remote.ts'
import type { RolloutAction } from '../../rollouts/decision.ts'
import { textsOf } from '../reconciler/release-fixture.ts'
import { rolloutTerminal } from './rollout-terminal.ts'

const app = 'shop/checkout'
const beganMs = Date.parse('2026-11-21T03:00:00Z')

interface Told {
  readonly action: RolloutAction
  readonly atSeconds: number
  readonly weight?: number
  readonly evidence: string
  readonly rollout?: string
}

/** As commits of `GitRemote.log` are told: newest first. */
const logOf = (told: readonly Told[]): readonly CommitAnswer[] =>
  told
    .map(
      ({ action, atSeconds, weight, evidence, rollout = 'bad-2' }, index): LoggedCommit => ({
        id: `${index}`.padStart(40, 'c0ffee'),
        parents: [],
        author: { name: 'lockstep', email: 'lockstep@example.com' },
        committedAtMs: beganMs + atSeconds * 1000,
        message: commitMessage(`rollout prod: ${app} ${action}`, {
          action: 'rollout',
          environment: 'prod',
          apps: [
            {
              app,
              action,
              rollout,
              revision: 'r8zztqg447',
              evidence: [evidence],
              ...(weight !== undefined && { weight }),
            },
          ],
        }),
      }),
    )
    .map((logged) => commitAnswer(logged, (each) => each === app))
    .reverse()

const LOG = logOf([
  { action: 'start', atSeconds: -900, weight: 0, evidence: '6 pods run', rollout: 'good-1' },
  { action: 'start', atSeconds: 0, weight: 0, evidence: '6 pods run' },
  { action: 'shift', atSeconds: 20, weight: 5, evidence: '2 pods of the canary are ready' },
  {
    action: 'shift',
    atSeconds: 160,
    weight: 25,
    evidence: 'success rate 99.8 % of 1,204 requests',
  },
  {
    action: 'abort',
    atSeconds: 200,
    weight: 0,
    evidence: 'success rate 81.3 % of 4,002 requests, below 99.5 % <b>&"quoted"</b>',
  },
  { action: 'abort-finish', atSeconds: 215, evidence: 'all requests are answered by stable' },
])

describe('lockstep rollout show --format', () => {
  const chart = rolloutChart({ app, environment: 'prod', commits: LOG })

  it('draws the newest rollout, to the byte', async () => {
    expect(chart.events.map(({ action }) => action)).toEqual([
      'start',
      'shift',
      'shift',
      'abort',
      'abort-finish',
    ])
    await expect(renderChartSvg(chart)).toMatchFileSnapshot('__snapshots__/rollout.svg')
    await expect(renderChartHtml(chart)).toMatchFileSnapshot('__snapshots__/rollout.html')
  })

  it('has weights as steps and what was measured as dots', () => {
    const svg = renderChartSvg(chart)
    expect(svg).toContain('d="M60 240V240H140.9V231H707.4V195H869.3V240H930V240"')
    expect(svg.match(/<circle class="success"/g)).toHaveLength(1)
    expect(svg.match(/<circle class="bad"/g)).toHaveLength(1)
  })

  it('lets nothing that stands in a commit become markup, and runs nothing', () => {
    const html = renderChartHtml(chart)
    expect(html).not.toContain('<b>')
    expect(html).toContain('&lt;b&gt;&amp;&quot;quoted&quot;&lt;/b&gt;')
    expect(html).not.toMatch(/<script|\son\w+=|https?:\/\/(?!www\.w3\.org\/2000\/svg)/)
  })

  it('draws an older one by its id, and says if there is none of it', () => {
    const older = rolloutChart({ app, environment: 'prod', commits: LOG, rollout: 'good-1' })
    expect(older.events).toHaveLength(1)
    const missing = () => rolloutChart({ app, environment: 'prod', commits: LOG, rollout: 'none' })
    expect(missing).toThrow(NoRolloutInLogError)
  })

  it('needs nothing but the log of the branch', { timeout: 120_000 }, async () => {
    const { rollout, release } = await rolloutTerminal()
    await release.untilRest()
    expect(await release.files()).toEqual(textsOf(release.candidate))
    const { stdout, stderr } = await rollout('show', 'checkout', '--format', 'svg')
    expect(stderr).toBe('')
    expect(stdout).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" [\s\S]*<\/svg>\n$/)
    expect(stdout).toMatch(/>1\. after 0 s: start, weight 0\./)
    expect(stdout).toMatch(
      />7\. after .* s: finish, weight 0\. all requests are answered by stable</,
    )
  })
})
