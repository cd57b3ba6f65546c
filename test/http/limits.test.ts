// RateLimit and RateLimit-Policy.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMemoryCounter } from '../../src/http/limits/memory.ts';
import { keyOf } from './matrix/world.ts';
import { openService } from './service.ts';

test('a credential is told what is left, then refused until its window ends; another one is not', async (t) => {
  const service = await openService(t, { AUTH: 'required', RATE_LIMIT_PER_MINUTE: '2' });
  const base = await service.app.listen({ port: 0, host: '127.0.0.1' });
  const [one, other] = [
    await keyOf(service, 'acme', ['catalogue:read']),
    await keyOf(service, 'acme', ['catalogue:read']),
  ];
  const ask = async (key: string | null, path = '/v1/methods') => {
    const answer = await fetch(`${base}${path}`, { headers: key === null ? {} : { authorization: `Bearer ${key}` } });
    return { status: answer.status, headers: answer.headers, body: await answer.text() };
  };
  const first = await ask(one.text);
  assert.equal(first.headers.get('ratelimit-policy'), '"default";q=2;w=60');
  assert.match(String(first.headers.get('ratelimit')), /^"default";r=1;t=(60|5\d)$/);
  assert.match(String((await ask(one.text)).headers.get('ratelimit')), /r=0;/);
  const refused = await ask(one.text);
  assert.deepEqual(
    [refused.status, refused.headers.get('content-type')],
    [429, 'application/problem+json; charset=utf-8'],
  );
  const problem = JSON.parse(refused.body);
  assert.deepEqual([problem.code, problem['violated-policies']], ['quota-exceeded', ['default']]);
  const t1 = Number(/t=(\d+)/.exec(String(refused.headers.get('ratelimit')))?.[1]);
  assert.ok(Number(refused.headers.get('retry-after')) >= t1 && t1 > 0);
  assert.equal((await ask(other.text)).status, 200);
  const unknown = await ask(null);
  assert.deepEqual([unknown.status, unknown.headers.get('ratelimit')], [401, null]);
  assert.equal((await ask(null, '/health/live')).status, 200);
});

test('what is open to everybody is counted by address, whoever calls from there', async (t) => {
  const env = { AUTH: 'required', RATE_LIMIT_PER_MINUTE: '0', ADDRESS_RATE_LIMIT_PER_MINUTE: '2' };
  const names: string[] = [];
  const counter = createMemoryCounter();
  const hit = (name: string, ms: number) => {
    names.push(name);
    return counter.hit(name, ms);
  };
  const { app } = await openService(t, env, () => ({ counter: { hit } }));
  const ask = (url: string, remoteAddress = '192.0.2.7') => app.inject({ method: 'GET', url, remoteAddress });
  const first = await ask('/.well-known/jwks.json');
  assert.equal(first.statusCode, 200);
  assert.match(String(first.headers.ratelimit), /^"address";r=1;t=/);
  assert.equal((await ask('/health/ready')).statusCode, 200);
  for (const path of ['/health/ready', '/.well-known/jwks.json']) {
    const refused = await ask(path);
    assert.deepEqual([refused.statusCode, refused.json()['violated-policies']], [429, ['address']], refused.body);
    assert.ok(Number(refused.headers['retry-after']) > 0);
  }
  assert.equal((await ask('/health/ready', '192.0.2.8')).statusCode, 200);
  assert.equal((await ask('/health/live')).statusCode, 200);
  assert.ok(names.length > 0 && names.every((name) => !name.includes('192.0.2')));
});

test('without AUTH there is no limit unless one is set; a shared counter that is away is no refusal', async (t) => {
  const open = await openService(t);
  assert.equal((await open.app.inject('/v1/methods')).headers.ratelimit, undefined);
  const counter = { hit: () => Promise.reject(new Error('away')) };
  const limited = await openService(t, { RATE_LIMIT_PER_MINUTE: '1' }, () => ({ counter }));
  assert.equal((await limited.app.inject('/v1/methods')).statusCode, 200);
  assert.equal((await limited.app.inject('/v1/methods')).statusCode, 429);
});

test('a window begins with its first call, and ends', async () => {
  let now = 0;
  const { hit } = createMemoryCounter(() => now);
  assert.deepEqual(await hit('a', 100), { count: 1, left_ms: 100 });
  now = 60;
  assert.deepEqual(await hit('a', 100), { count: 2, left_ms: 40 });
  assert.deepEqual(await hit('b', 100), { count: 1, left_ms: 100 });
  now = 100;
  assert.deepEqual(await hit('a', 100), { count: 1, left_ms: 100 });
});
