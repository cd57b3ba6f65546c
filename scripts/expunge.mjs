#!/usr/bin/env node
// The `expunge` command of a checkout. A package that npm installed holds the client alone: Node runs no TypeScript there.
import { existsSync } from 'node:fs';

const program = new URL('../src/cli/expunge.ts', import.meta.url);
if (existsSync(program)) await import(program.href);
else {
  console.error(
    'expunge: this package holds the client alone (import it as expunge/client)\nRun the command in a checkout of the project, after `npm run setup`.',
  );
  process.exitCode = 2;
}
