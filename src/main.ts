// The API process: configuration, adapters, application, listen, and a graceful end. Nothing else.
import closeWithGrace from 'close-with-grace';
import { buildApp } from './app.ts';
import { readConfig } from './config.ts';
import { openDeps } from './deps.ts';
import { refuseOpenDoor } from './http/open-door.ts';
import { describeError } from './log.ts';

/** Open requests and the stores get this long to finish. */
const GRACE_MS = 10_000;

async function main(): Promise<void> {
  const config = readConfig();
  refuseOpenDoor(config);
  const { deps, close } = await openDeps(config);
  const app = await buildApp(deps);
  closeWithGrace({ delay: GRACE_MS, logger: false }, async ({ err, signal }) => {
    if (err) app.log.error({ err }, 'ends after an error');
    else app.log.info({ signal }, 'ends');
    await app.close();
    await close();
  });
  const url = await app.listen({ host: config.http.host, port: config.http.port });
  app.log.info({ url, docs: `${url}/docs`, port: Number(new URL(url).port), version: deps.version }, 'listening');
}

try {
  await main();
} catch (error) {
  // before there is a logger of the right level; the exit code is what a supervisor sees
  process.stderr.write(`${JSON.stringify({ level: 60, msg: 'cannot start', err: describeError(error) })}\n`);
  process.exit(1);
}
