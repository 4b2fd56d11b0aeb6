import type { GoModule } from './go-module.ts'
import type { Program } from './programs.ts'

/** What `go build` is told, save where to write: with the module, all that decides its output. */
export function buildArguments(program: Program, module: GoModule): readonly string[] {
  const variables = program.stamp?.(module.versionOf(program.versionOf)) ?? {}
  const stamps = Object.entries(variables).map(([name, value]) => `-X ${name}=${value}`)
  // Stripped and without paths of this machine.
  const ldflags = ['-s', '-w', ...stamps].join(' ')
  return ['-trimpath', '-buildvcs=false', '-ldflags', ldflags, program.package]
}
