// Commands of development scripts, each said before it runs, with the end of what it printed where it fails.
import { spawnSync } from 'node:child_process';

/** Something went wrong in the work itself. */
export class Refused extends Error {}
/** A registry did not give what is needed: nothing that a script could do better. */
export class Unreachable extends Error {}

export interface CommandOptions {
  cwd: string;
  env?: Record<string, string>;
  Kind?: typeof Refused;
}

/** Returns what the command printed. Throws `Kind` with the end of it when it fails. */
export function run(
  what: string,
  [command, ...args]: [string, ...string[]],
  { cwd, env = {}, Kind = Refused }: CommandOptions,
): string {
  console.log(`${what} ...`);
  const done = spawnSync(command, args, {
    cwd,
    env: { ...process.env, ...env },
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (done.status === 0) return done.stdout;
  const said = `${done.stdout ?? ''}\n${done.stderr ?? ''}`.trim().split('\n').slice(-25).join('\n');
  throw new Kind(`${what} failed (${done.error?.message ?? done.signal ?? `exit code ${done.status}`}):\n${said}`);
}

export const works = (command: string, ...args: string[]): boolean =>
  spawnSync(command, args, { stdio: 'ignore' }).status === 0;
