// `expunge up`: the whole service on this machine, until it is told to stop.
import type { Arguments, Command } from '../command.ts';
import { wholeNumber } from '../command.ts';
import type { Services } from '../services.ts';
import { palette } from '../terminal.ts';

/** Options win over the environment. */
async function settings(args: Arguments): Promise<{ dataDir: string; env: Record<string, string> }> {
  const env: Record<string, string> = {};
  const host = args.text('host');
  if (host !== undefined) env.HOST = host;
  if (args.text('port') !== undefined) env.PORT = String(wholeNumber(args, 'port', 0));
  const { readConfig } = await import('../../config.ts');
  const dataDir = args.text('data-dir') ?? readConfig({ ...process.env, ...env }).dataDir;
  return { dataDir, env };
}

export const up: Command = {
  name: 'up',
  positionals: [],
  options: {
    'data-dir': {
      type: 'string',
      value: 'DIR',
      summary: 'Folder of everything that is kept; default DATA_DIR or ./data',
    },
    host: { type: 'string', value: 'ADDRESS', summary: 'Address to listen on; default HOST or 127.0.0.1' },
    port: { type: 'string', value: 'N', summary: 'Port to listen on, 0 for any; default PORT or 8080' },
    'show-logs': { type: 'boolean', summary: 'Show the logs instead of writing them to files' },
  },
  summary: 'Start Postgres (unless DATABASE_URL is set), the API and a worker, until Ctrl-C',
  async run(args, { out, err }) {
    const { onStopSignal } = await import('../process.ts');
    const { startServices } = await import('../services.ts');
    const told = Promise.withResolvers<void>();
    const abort = new AbortController();
    const release = onStopSignal(() => {
      abort.abort();
      told.resolve();
    });
    let services: Services | undefined;
    try {
      services = await startServices({
        ...(await settings(args)),
        showLogs: args.flag('show-logs'),
        onRestart: (text) => err.write(`${text}\n`),
        signal: abort.signal,
      });
      const paint = palette(out);
      const { warnings } = services;
      if (warnings.length === 0) out.write(`${paint.green('Expunge is ready.')}\n`);
      else out.write(`${paint.yellow('Expunge is up. /health/ready answers 503 until this is mended:')}\n`);
      for (const warning of warnings) out.write(`  ${warning}\n`);
      out.write(`  API        ${services.url}/v1\n  API docs   ${services.url}/docs\n`);
      if (services.logs !== null) out.write(`  logs       ${services.logs}\n`);
      out.write('Ctrl-C stops it.\n');
      await told.promise;
      out.write('Stopping.\n');
      return 0;
    } finally {
      await services?.stop();
      release();
    }
  },
};
