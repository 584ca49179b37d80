#!/usr/bin/env node
import { runCommandLine } from '@holdfast/adapter-cli'

process.exitCode = await runCommandLine(process.argv.slice(2))
// A command that has ended is not kept from ending by what a host left open.
setTimeout(() => process.exit(), 2_000).unref()
