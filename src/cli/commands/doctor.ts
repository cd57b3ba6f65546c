// `expunge doctor`: what is missing for the service to run here, and how to get it; or, with --erased, what is left of erased records.
import type { Config } from '../../config.ts';
import { ExpungeError, PROBLEMS } from '../../errors.ts';
import { type Arguments, type Command, type Terminal, UsageError } from '../command.ts';
import type { Finding } from '../doctor/findings.ts';
import { explainSchema, openStore } from '../store.ts';
import { type Palette, palette } from '../terminal.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

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

/** 0 only where all was searched and nothing found. */
async function searchErased(args: Arguments, { out }: Terminal, request_id: string): Promise<number> {
  const [{ readConfig }, { lookForErased, printErased }] = [
    await import('../../config.ts'),
    await import('../erased/report.ts'),
  ];
  if (!UUID.test(request_id)) throw new UsageError('--erased takes the id of a deletion request');
  const config = readConfig();
  const { store, close } = await openStore(config);
  try {
    const report = await lookForErased(store, config, { tenant: args.text('tenant') ?? 'default', request_id });
    out.write(args.flag('json') ? `${JSON.stringify(report)}\n` : printErased(report));
    return report.verdict === 'clean' ? 0 : 1;
  } catch (error) {
    throw explainSchema(error);
  } finally {
    await close();
  }
}

export const doctor: Command = {
  name: 'doctor',
  positionals: [],
  options: {
    erased: {
      ...{ type: 'string', value: 'ID' },
      summary: 'Search files, tables and queue for what is left of the records of this deletion request',
    },
    tenant: { type: 'string', value: 'TENANT', summary: 'Whose request; default: default' },
    json: { type: 'boolean', summary: 'Print JSON' },
  },
  summary: 'Say what is missing for the service to run here; or whether erased text is gone (--erased)',
  async run(args, terminal) {
    const { out } = terminal;
    const erased = args.text('erased');
    if (erased !== undefined) return searchErased(args, terminal, erased);
    const findings = await examine();
    const healthy = findings.every(({ level }) => level !== 'problem');
    out.write(args.flag('json') ? `${JSON.stringify({ ok: healthy, findings })}\n` : print(findings, palette(out)));
    return healthy ? 0 : 1;
  },
};
