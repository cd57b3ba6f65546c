// Traces and log of a process: where an endpoint is configured, every line says which trace it belongs to. OpenTelemetry is not even
// loaded otherwise.
import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import { createLogger } from '../log.ts';
import { NO_TRACING, type Tracing } from '../runs/tracing-port.ts';
import { version } from '../version.ts';

/** `name`: how this process is called where the configuration does not say. */
export async function startTelling(
  config: Pick<Config, 'tracing' | 'logLevel'>,
  name: string,
): Promise<{ log: Logger; tracing: Tracing }> {
  if (config.tracing === null) return { log: createLogger(config), tracing: NO_TRACING };
  const { createTracing } = await import('./opentelemetry.ts');
  const onTrouble = (said: string) => log.warn({ said }, 'traces');
  const tracing = createTracing(config.tracing, { name, version, onTrouble });
  const log = createLogger(config, undefined, tracing.ids);
  return { log, tracing };
}
