import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { packageManifest } from '../../cli/package-manifest.ts'
import { oneService, TemporaryProject } from './temporary-project.ts'

const COMMANDS = ['synth', 'check', 'diff', 'publish', 'handover', 'lock', 'explain']

describe('the lockstep command', () => {
  it('lists its commands', async () => {
    const { code, stdout } = await new TemporaryProject().lockstep('--help')
    expect(code).toBe(0)
    for (const command of COMMANDS) expect(stdout).toContain(`  ${command} `)
  })

  it.each(COMMANDS)('has a help page for %s', async (command) => {
    const { code, stdout, stderr } = await new TemporaryProject().lockstep(command, '--help')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain(`Usage: lockstep ${command}`)
  })

  it('tells its version', async () => {
    const { code, stdout } = await new TemporaryProject().lockstep('--version')
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${packageManifest().version}\n` })
  })

  it('bears that whoever reads its output stops early, as `head` does', async () => {
    const main = fileURLToPath(new URL('../../cli/main.ts', import.meta.url))
    const child = spawn(process.execPath, [main, '--help'], { stdio: ['ignore', 'pipe', 'pipe'] })
    child.stdout.destroy()
    const [errors, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')])
    expect({ code, errors }).toEqual({ code: 0, errors: '' })
  })

  it('suggests the command or option that was meant', async () => {
    const project = new TemporaryProject()
    const command = await project.lockstep('pubish')
    expect(command.code).toBe(2)
    expect(command.stderr).toContain('Did you mean publish?')

    const option = await project.lockstep('synth', '--outptu', 'x')
    expect(option.code).toBe(2)
    expect(option.stderr).toContain('Did you mean --output?')
  })

  it.each([
    [
      ['chek'],
      "error: unknown command 'chek'\n  → Did you mean check? Add --help to see what there is\n",
    ],
    [
      ['lock', 'list'],
      "error: unknown command 'list'\n  → Did you mean ls? Add --help to see what there is\n",
    ],
    [
      ['explain'],
      "error: missing required argument 'subject'\n  → Add --help to see what there is\n",
    ],
  ])('says what is wrong with `%s` in the shape of all errors', async (args, message) => {
    const { code, stderr } = await new TemporaryProject().lockstep(...args)
    expect([code, stderr]).toEqual([2, message])
  })

  it('takes what stands after an option for an argument, not for one more value', async () => {
    const project = new TemporaryProject({ 'apps/main.ts': oneService() })
    const { code, stdout } = await project.lockstep('explain', '--env', 'prod', 'deployment/web')
    expect([code, stdout]).toEqual([0, expect.stringContaining('Deployment.apps shop/web in prod')])
  })
})

describe('lockstep explain', () => {
  it('tells what a rule means and how to break it knowingly', async () => {
    const { code, stdout } = await new TemporaryProject().lockstep('explain', 'pdb/never-evictable')
    expect(code).toBe(0)
    expect(stdout).toContain("waive('pdb/never-evictable', 'why')")
  })

  it('tells where an object comes from and why its fields are as they are', async () => {
    const project = new TemporaryProject({ 'apps/main.ts': oneService() })
    for (const subject of [
      ['deployment/web'],
      ['Deployment.apps', 'shop/web'],
      ['deployment/shop/web'],
    ]) {
      const { code, stdout } = await project.lockstep('explain', ...subject)
      expect(code).toBe(0)
      expect(stdout).toContain('made by   apps/main.ts:6 (prod/shop/web/Deployment)')
      expect(stdout).toContain('written   prod/workloads/shop/web/deployment.apps-web.yaml')
      expect(stdout).toContain('spec.template.spec.terminationGracePeriodSeconds: 45')
    }
  })

  it('says so when nothing is called like that', async () => {
    const project = new TemporaryProject({ 'apps/main.ts': oneService() })
    const { code, stderr } = await project.lockstep('explain', 'deployment/wbe')
    expect(code).toBe(2)
    expect(stderr).toContain("error: Nothing is called 'deployment/wbe'")
    expect(stderr).toContain("Did you mean 'deployment/web'?")
    expect((await project.lockstep('explain', 'ha/spoof')).stderr).toContain(
      "Did you mean 'ha/spof'?",
    )
  })

  it('tells what keys a Secret has, and never what it holds', async () => {
    const project = new TemporaryProject({ 'apps/main.ts': withSecret() })
    for (const subject of ['prod/token', 'secret/token']) {
      const { code, stdout } = await project.lockstep('explain', subject)
      expect(code).toBe(0)
      expect(stdout).toContain('metadata.name: "token"\n')
      expect(stdout).toContain('type: "Opaque"\n')
      for (const field of ['stringData.password', 'password', 'metadata.labels.team']) {
        expect(stdout).toContain(`  ${field}: (not shown)\n`)
      }
      expect(stdout).not.toContain('hunter2')
    }
  })

  it('takes the path of a construct, as findings have it', async () => {
    const project = new TemporaryProject({ 'apps/main.ts': oneService() })
    const { code, stdout } = await project.lockstep('explain', 'prod/shop/web')
    expect(code).toBe(0)
    expect(stdout).toContain('(prod/shop/web/Deployment)')
    expect(stdout).toContain('(prod/shop/web/Service)')
  })
})

/** App definitions with a Secret of which one key is where it does not belong. */
const withSecret = (): string => `
import { ApiObject } from 'cdk8s'
import { App, Environment } from 'lockstep'

const app = new App()
const prod = new Environment(app, 'prod', { owner: 'platform-team', images: {} })
new ApiObject(prod, 'token', {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'token', namespace: 'shop', labels: { team: 'hunter2' } },
  type: 'Opaque',
  stringData: { password: 'hunter2' },
  password: 'hunter2',
})
app.synth()
`
