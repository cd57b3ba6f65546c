// `expunge doctor`: what is missing for the service to run here, and how to get it.
import type { Config } from '../../config.ts';
import { ExpungeError, PROBLEMS } from '../../errors.ts';
import type { Command } from '../command.ts';
import type { Finding } from '../doctor/findings.ts';
import { type Palette, palette } from '../terminal.ts';

/** Settings that cannot be read are the one finding that there is then. */
async function examine(): Promise<Finding[]> {
  const { readConfig } = await import('../../config.ts');
  let config: Config;
  try {
    config = readConfig();
  } catch (error) {
    if (!(error instanceof ExpungeError)) throw error;
    return [{ check: 'settings', level: 'problem', found: error.message, remedy: PROBLEMS[error.code][2] }];
  }
  const [{ lookAround }, { findingsOf }] = [await import('../doctor/facts.ts'), await import('../doctor/findings.ts')];
  return findingsOf(await lookAround(config));
}

const COLOURS = { ok: 'green', note: 'yellow', problem: 'red' } as const;

function print(findings: Finding[], paint: Palette): string {
  const wide = Math.max(...findings.map(({ check }) => check.length));
  const lines = findings.map(({ check, level, found, remedy }) => {
    const line = `${paint[COLOURS[level]](level.padEnd(7))}  ${check.padEnd(wide)}  ${found}`;
    return remedy === null ? line : `${line}\n${' '.repeat(wide + 11)}${paint.dim(remedy)}`;
  });
  return `${lines.join('\n')}\n`;
}

export const doctor: Command = {
  name: 'doctor',
  positionals: [],
  options: { json: { type: 'boolean', summary: 'Print JSON' } },
  summary: 'Say what is missing for the service to run here, and how to get it',
  async run(args, { out }) {
    const findings = await examine();
    const healthy = findings.every(({ level }) => level !== 'problem');
    out.write(args.flag('json') ? `${JSON.stringify({ ok: healthy, findings })}\n` : print(findings, palette(out)));
    return healthy ? 0 : 1;
  },
};
