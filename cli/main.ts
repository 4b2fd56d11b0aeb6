#!/usr/bin/env node
import module from 'node:module'
import { compileCacheFolder } from './compile-cache.ts'
import { processTerminal } from './terminal.ts'

const terminal = processTerminal()
// Before the rest is loaded. Older versions of Node have no such thing; they are refused later on.
const cache = compileCacheFolder(terminal.env)
if (cache !== undefined) module.enableCompileCache?.(cache)

const { runProgram } = await import('./program.ts')
await runProgram(process.argv.slice(2), terminal)
