import assert from 'node:assert/strict';
import { test } from 'node:test';
import Fastify from 'fastify';
import { ExpungeError } from '../../src/errors.ts';
import { installAccess } from '../../src/http/access.ts';
import { ANONYMOUS } from '../../src/http/principal.ts';
import type { App } from '../../src/http/types.ts';

const build = (): App => {
  const app = Fastify() as unknown as App;
  installAccess(app, async () => ANONYMOUS);
  return app;
};

test('an application with a route that names no scope is not built', async () => {
  const handler = async () => 'x';
  assert.throws(() => build().get('/v1/forgotten', handler), /GET \/v1\/forgotten names no scope/);
  const config = { idempotent: true } as never;
  assert.throws(() => build().post('/v1/forgotten', { config }, handler), /names no scope/);
  const nested = build();
  nested.register(async (scope) => void scope.delete('/v1/forgotten', handler));
  await assert.rejects(async () => nested.ready(), /DELETE \/v1\/forgotten names no scope/);
  const app = build();
  app.get('/v1/known', { config: { scope: 'models:read' } }, handler);
  assert.equal((await app.inject('/v1/known')).body, 'x');
});

test('a call that goes on is asked again who it is: an ended key, a lost scope and another tenant end it', async () => {
  let now = async () => ANONYMOUS;
  const app = Fastify() as unknown as App;
  installAccess(app, () => now());
  const seen: unknown[] = [];
  app.get('/v1/known', { config: { scope: 'models:read' } }, async (request) => {
    const ask = () => app.stillAdmitted(request).catch((error: Error) => error.message);
    seen.push(await ask());
    now = async () => ({ ...ANONYMOUS, scopes: new Set(['runs:read'] as const) });
    seen.push(await ask());
    now = async () => ({ ...ANONYMOUS, tenant: 'other' });
    seen.push(await ask());
    now = () => Promise.reject(new ExpungeError('unauthenticated', 'revoked'));
    seen.push(await ask());
    now = () => Promise.reject(new ExpungeError('service-unavailable', 'away'));
    seen.push(await ask());
  });
  await app.inject('/v1/known');
  assert.deepEqual(seen, [true, false, false, false, 'away']);
});
