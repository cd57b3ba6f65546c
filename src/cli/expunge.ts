#!/usr/bin/env node
// The `expunge` command: finds the command that the words name and runs it.
import { runProgram } from './command.ts';
import * as commands from './registry.ts';

const terminal = { out: process.stdout, err: process.stderr };
process.exitCode = await runProgram(Object.values(commands), process.argv.slice(2), terminal);
