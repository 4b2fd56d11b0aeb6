#!/usr/bin/env node
import module from 'node:module'

// Before all else is loaded. Older versions of Node have no such thing; they are refused later on.
module.enableCompileCache?.()

const { runProgram } = await import('./program.ts')
const { processTerminal } = await import('./terminal.ts')
await runProgram(process.argv.slice(2), processTerminal())
