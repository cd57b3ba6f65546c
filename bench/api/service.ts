// The API in a process of its own: arguments are the data folder, the database, Redis or nothing, and AUTH.
import { buildApp } from '../../src/app.ts';
import { openDeps } from '../../src/deps.ts';
import { timed } from '../shared/measure.ts';
import { serveTurns } from '../shared/side.ts';
import { configOf } from './config.ts';

const [home, databaseUrl, redisUrl, auth] = process.argv.slice(2);

let stop = async () => {};
await serveTurns(async () => {
  const place = { home: home!, databaseUrl: databaseUrl!, redisUrl: redisUrl! };
  const { deps, close } = await openDeps(configOf(place, auth as 'none' | 'required'));
  const app = await buildApp(deps);
  const address = await app.listen({ host: '127.0.0.1', port: 0 });
  stop = async () => {
    await app.close();
    await close();
  };
  return { address: () => timed(async () => address) };
});
await stop();
