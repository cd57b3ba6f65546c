// What the service is held against, in a process of its own: Fastify routes that do one thing and nothing else. Arguments as the service's.
import Fastify from 'fastify';
import Type from 'typebox';
import { openDeps } from '../../src/deps.ts';
import { installAccess } from '../../src/http/access.ts';
import { createIdentify } from '../../src/http/identify.ts';
import type { App, AppDeps } from '../../src/http/types.ts';
import { openQueue } from '../../src/queue/connection.ts';
import { timed } from '../shared/measure.ts';
import { serveTurns } from '../shared/side.ts';
import { configOf } from './config.ts';

const [home, databaseUrl, redisUrl] = process.argv.slice(2);
const place = { home: home!, databaseUrl: databaseUrl!, redisUrl: redisUrl! };
const TAG = '"1"';

const schema = {
  body: Type.Object({
    subject: Type.Object({
      identifiers: Type.Array(Type.Object({ type: Type.String(), value: Type.String() }), { minItems: 1 }),
    }),
    external_id: Type.String(),
    ground: Type.String(),
  }),
  response: { 202: Type.Object({ id: Type.String() }) },
};

/** `open`: what anybody may call; with `deps`, what takes the same credential as the service. */
async function listening(app: App, open: boolean, add?: (id: string) => Promise<unknown>) {
  const scope = open ? ('everybody' as const) : ('requests:read' as const);
  app.post('/bare', { schema, config: { scope } }, async (request, reply) =>
    reply.code(202).send({ id: (request.body as { external_id: string }).external_id }),
  );
  app.post('/queue', { schema, config: { scope } }, async (request, reply) => {
    const id = (request.body as { external_id: string }).external_id;
    await add?.(id);
    return reply.code(202).send({ id });
  });
  app.get('/polled/:id', { config: { scope } }, async (request, reply) => {
    reply.header('etag', TAG);
    if (request.headers['if-none-match'] === TAG) return reply.code(304).send();
    return { id: (request.params as { id: string }).id };
  });
  return app.listen({ host: '127.0.0.1', port: 0 });
}

const bareApp = (deps?: AppDeps): App => {
  const app = Fastify() as unknown as App;
  if (deps) installAccess(app, createIdentify(deps));
  return app;
};

let stop = async () => {};
await serveTurns(async () => {
  const { deps, close } = await openDeps(configOf(place, 'required'));
  const queue = place.redisUrl === '' ? null : openQueue(deps.config, 'bench', 'bench');
  const [open, guarded] = [bareApp(), bareApp(deps)];
  const bare = await listening(open, true, queue ? (id) => queue.add('accept', { id }, {}) : undefined);
  const authed = await listening(guarded, false);
  stop = async () => {
    await Promise.all([open.close(), guarded.close(), queue?.close()]);
    await close();
  };
  return { address: () => timed(async () => bare), authed: () => timed(async () => authed) };
});
await stop();
