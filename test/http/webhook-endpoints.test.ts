import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { v7 as uuid } from 'uuid';
import { call } from './service.ts';
import { openWebhookService, type WebhookService } from './webhook-service.ts';

const closers: (() => unknown)[] = [];
let s: WebhookService;
before(async () => {
  const closing = { after: (close: unknown) => void closers.push(close as () => unknown) };
  s = await openWebhookService(closing, { MAX_WEBHOOK_ENDPOINTS: '3' });
});
after(async () => {
  for (const close of closers) await close();
});

test('endpoints are made, listed, changed and deleted; what may not be sent to is refused', async () => {
  const base = '/v1/webhook-endpoints';
  const create = (body: object) => call(s.app, 'POST', base, body);
  for (const url of ['https://10.0.0.1/', 'http://example.org/', 'https://[::1]/', 'https://a:b@example.org/', 'x']) {
    const refused = await create({ url });
    assert.deepEqual([refused.statusCode, refused.json().code], [422, 'url-not-allowed'], url);
    assert.equal(refused.json().errors[0].pointer, '#/url');
  }
  for (const body of [{}, { url: s.receiver.url, events: ['run.started'] }, { url: s.receiver.url, tenant: 'other' }])
    assert.equal((await create(body)).statusCode, 400);
  const made = await create({ url: 'https://hooks.example.org/a', events: ['run.*'], description: 'runs' });
  assert.equal(made.headers['cache-control'], 'no-store');
  const { id, secret, ...rest } = made.json();
  assert.ok(String(made.headers.location).endsWith(`${base}/${id}`) && secret.startsWith('whsec_'));
  assert.deepEqual([rest.events, rest.description, rest.state, rest.version], [['run.*'], 'runs', 'enabled', 1]);

  const path = `${base}/${id}`;
  const change = (body: object, headers = {}) => s.app.inject({ method: 'PATCH', url: path, payload: body, headers });
  assert.equal((await change({ url: 'https://127.0.0.53/' })).statusCode, 200, 'the tests’ own network is open');
  assert.equal((await change({ url: 'https://192.168.1.1/' })).json().code, 'url-not-allowed');
  assert.equal((await change({})).statusCode, 400);
  for (const [field, value] of [
    ['url', 'https://127.0.0.53/\u0000'],
    ['description', '\u0000'],
  ] as const)
    assert.equal((await change({ [field]: value })).json().errors[0].pointer, `#/${field}`);
  assert.equal((await change({ description: null }, { 'if-match': '"1"' })).statusCode, 412);
  const changed = await change({ description: null, events: ['*'] }, { 'if-match': '"2"' });
  assert.deepEqual([changed.json().description, changed.json().events, changed.headers.etag], [null, ['*'], '"3"']);
  const read = (headers = {}) => s.app.inject({ method: 'GET', url: path, headers });
  assert.equal((await read({ 'if-none-match': '"3"' })).statusCode, 304);
  assert.equal((await read()).json().secret, undefined);
  assert.equal((await call(s.app, 'POST', `${path}/disable`)).json().disabled_reason, 'asked');

  const others = [await s.endpoint(), await s.endpoint()];
  assert.deepEqual((await create({ url: s.receiver.url })).json().code, 'too-many-endpoints');
  const first = (await call(s.app, 'GET', `${base}?limit=2`)).json();
  const second = (await call(s.app, 'GET', `${base}?limit=2&cursor=${first.next_cursor}`)).json();
  assert.deepEqual([first.items.length, second.items.map((one: { id: string }) => one.id)], [2, [id]]);

  assert.equal((await call(s.app, 'DELETE', path)).statusCode, 204);
  for (const one of others) await call(s.app, 'DELETE', `${base}/${one.id}`);
  const unknown = `${base}/${uuid()}`;
  for (const [method, url] of [
    ...([
      ['GET', path],
      ['DELETE', path],
      ['GET', `${path}/deliveries`],
      ['GET', unknown],
    ] as const),
    ...([
      ['POST', `${unknown}/test`],
      ['POST', `${unknown}/rotate-secret`],
      ['POST', `${unknown}/enable`],
    ] as const),
    ['POST', `/v1/webhook-deliveries/${uuid()}/replay`] as const,
  ])
    assert.equal((await call(s.app, method, url)).statusCode, 404, `${method} ${url}`);
  const types = (await s.store.readLedger({ limit: 100 })).map(({ type }) => type);
  assert.deepEqual(types.slice(0, 4), [
    ...['webhook-endpoint.created', 'webhook-endpoint.changed', 'webhook-endpoint.changed'],
    'webhook-endpoint.disabled',
  ]);
});

test('deliveries are kept for as long as the configuration says', async () => {
  const { id } = await s.endpoint();
  await s.request();
  await s.send(id);
  await call(s.app, 'POST', `/v1/webhook-endpoints/${id}/test`);
  const day = 86_400_000;
  s.forward(29 * day);
  assert.equal(await s.store.deleteOldWebhookEvents(s.work.webhooks.retention_ms), 0);
  s.forward(2 * day);
  // what still waits for an endpoint that takes something is not old
  assert.equal(await s.store.deleteOldWebhookEvents(s.work.webhooks.retention_ms), 2);
  assert.deepEqual(
    (await s.deliveries(id)).map(({ type }) => type),
    ['webhook.test'],
  );
  // those that the test before deleted, with what they were signed with
  const client = new pg.Client({ connectionString: s.deps.config.databaseUrl! });
  await client.connect();
  const { rows } = await client.query(
    `select (select count(*) from webhook_endpoints)::int as endpoints, (select count(*) from webhook_secrets)::int as secrets`,
  );
  await client.end();
  assert.deepEqual(rows, [{ endpoints: 1, secrets: 1 }]);
});
