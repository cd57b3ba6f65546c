// One deletion request is followed from its call to the run that answers it, over a real collector; nobody is named on the way.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readConfig } from '../../src/config.ts';
import { createLogger } from '../../src/log.ts';
import { tracedCompute } from '../../src/runs/trace-compute.ts';
import { workModel } from '../../src/runs/work-model.ts';
import { createTracing } from '../../src/tracing/opentelemetry.ts';
import { startTelling } from '../../src/tracing/start.ts';
import { createTestWorker, scripted } from '../helpers/worker.ts';
import { openService } from '../http/service.ts';
import { type CollectedSpan, startCollector } from './collector.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const CALLER = '00f067aa0ba902b7';
const PEOPLE = ['train0@example.org', 'train1@example.org', 'zq-otter@example.org', 'Zquilla Canaryson'];

const attribute = (span: CollectedSpan, key: string) => span.attributes.find((one) => one.key === key)?.value;
const tracingOf = (url: string, name: string, more: Record<string, string> = {}) => {
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json', ...more };
  return createTracing(readConfig(env).tracing!, { name, version: '0' });
};

test('a request is followed from its call to its certificate, and shares its run with another trace', async (t) => {
  const collector = await startCollector();
  t.after(() => collector.close());
  const worker = await createTestWorker();
  t.after(() => worker.close());
  const [api, work] = [tracingOf(collector.url, 'expunge-api'), tracingOf(collector.url, 'expunge-worker')];
  const { app, logs } = await openService(t, {}, ({ config }) => ({
    ...{ store: worker.store, subjectKeys: worker.deps.subjectKeys, tracing: api },
    logger: createLogger(config, { write: (line: string) => void logs.push(line) }, api.ids),
  }));
  const ask = (value: string, headers: Record<string, string> = {}) =>
    app.inject({
      ...{ method: 'POST', url: '/v1/deletion-requests', headers },
      payload: { subject: { identifiers: [{ type: 'email', value }] } },
    });
  const first = await ask(PEOPLE[0]!, { traceparent: `00-${TRACE}-${CALLER}-01`, tracestate: `a=${PEOPLE[2]}` });
  assert.equal(first.statusCode, 202, first.body);
  assert.equal((await ask(PEOPLE[1]!)).statusCode, 202);
  // wrong in every place that a span might quote
  const named = encodeURIComponent(PEOPLE[2]!);
  await ask('', { traceparent: PEOPLE[2]!, baggage: `who=${named}` });
  await app.inject({ method: 'GET', url: `/v1/deletion-requests/${named}?q=${named}` });
  await app.inject({ method: 'GET', url: `/${named}` });
  const malformed = { 'content-type': 'application/json', 'user-agent': PEOPLE[3]! };
  await app.inject({ method: 'POST', url: '/v1/deletion-requests', headers: malformed, payload: `{"${PEOPLE[3]}` });

  const deps = { ...worker.deps, compute: tracedCompute(scripted(), work), tracing: work };
  await workModel(deps, worker.model.id, new AbortController().signal);
  await Promise.all([api.close(), work.close()]);

  assert.ok(collector.bodies.every(({ path }) => path === '/v1/traces'));
  const spans = collector.spans();
  const mine = spans.filter(({ traceId }) => traceId === TRACE);
  const parentOf = (name: string) =>
    mine.find((one) => one.spanId === mine.find((span) => span.name === name)?.parentSpanId);
  const call = mine.find(({ name }) => name === 'POST /v1/deletion-requests')!;
  assert.equal(call.parentSpanId, CALLER);
  assert.equal(Number(attribute(call, 'http.response.status_code')?.intValue), 202);
  const intake = parentOf('run');
  assert.equal(intake?.name, 'take in a deletion request');
  assert.equal(intake?.parentSpanId, call.spanId);
  assert.equal(attribute(intake!, 'expunge.deletion_request_id')?.stringValue, first.json().id);
  for (const name of ['plan', 'unlearn', 'verify', 'publish', 'certify'])
    assert.equal(parentOf(name)?.name, 'run', name);
  assert.equal(parentOf('compute unlearn')?.name, 'unlearn');
  assert.equal(parentOf('compute verify')?.name, 'verify');
  const run = mine.find(({ name }) => name === 'run')!;
  assert.equal(run.service, 'expunge-worker');
  assert.equal(attribute(run, 'expunge.run.end')?.stringValue, 'published');

  // the other one has a trace of its own: the run links to it, and what it waited for links to the run
  const [other] = run.links!;
  assert.equal(run.links!.length, 1);
  assert.notEqual(other!.traceId, TRACE);
  const waited = spans.filter(({ name }) => name === 'deletion request waits');
  assert.deepEqual(new Set(waited.map(({ traceId }) => traceId)), new Set([TRACE, other!.traceId]));
  assert.ok(waited.every(({ links }) => links?.[0]?.spanId === run.spanId));

  const sent = collector.bodies.map(({ bytes }) => bytes.toString()).join('\n');
  for (const person of PEOPLE)
    for (const form of [person, encodeURIComponent(person)]) assert.ok(!sent.includes(form), form);
  assert.ok(spans.some(({ name }) => name === 'GET /v1/deletion-requests/:id'));
  assert.ok(spans.every(({ status }) => status.message === undefined || status.message === ''));
  const answered = logs.map((line) => JSON.parse(line)).find(({ msg, status }) => msg === 'answered' && status === 202);
  assert.equal(answered.trace_id, TRACE);
});

test('protobuf by default, on the path of the endpoint; unsampled traces are not sent', async (t) => {
  const collector = await startCollector();
  t.after(() => collector.close());
  const more = { OTEL_EXPORTER_OTLP_PROTOCOL: '', OTEL_SERVICE_NAME: 'forgetting' };
  const tracing = tracingOf(`${collector.url}/base/`, 'expunge-api', more);
  tracing.open('told', { parent: `00-${TRACE}-${CALLER}-01` }).end();
  tracing.open('untold', { parent: `00-${TRACE}-${CALLER}-00` }).end();
  await tracing.close();
  const [body] = collector.bodies;
  assert.equal(body?.path, '/base/v1/traces');
  assert.equal(body?.type, 'application/x-protobuf');
  assert.ok(body?.bytes.includes('told') && body.bytes.includes('forgetting'));
  assert.ok(body?.bytes.includes(Buffer.from(TRACE, 'hex')));
  assert.ok(!body?.bytes.includes('untold'));
});

test('a collector that is away holds nothing up, and is told of once', async () => {
  const said: string[] = [];
  const { tracing: config } = readConfig({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' });
  const tracing = createTracing(config!, { name: 'expunge-api', version: '0', onTrouble: (text) => said.push(text) });
  tracing.open('lost').end();
  const before = performance.now();
  await tracing.close();
  assert.ok(performance.now() - before < 5000);
  assert.ok(said.length <= 1);
});

test('a process without an endpoint has no traces, and one with it has', async (t) => {
  const collector = await startCollector();
  t.after(() => collector.close());
  const config = readConfig({ LOG_LEVEL: 'silent' });
  assert.equal((await startTelling(config, 'expunge-api')).tracing.on, false);
  const { tracing } = await startTelling(
    readConfig({ LOG_LEVEL: 'silent', OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector.url}/own/path` }),
    'expunge-api',
  );
  const span = tracing.open('told');
  assert.match(span.within(() => tracing.ids())!.trace_id, /^[0-9a-f]{32}$/);
  assert.equal(tracing.ids(), null);
  span.end();
  span.end();
  await tracing.close();
  assert.deepEqual(
    collector.bodies.map(({ path }) => path),
    ['/own/path'],
  );
});

test('settings that cannot work stop the start', () => {
  const refused = (env: Record<string, string>, about: RegExp) => assert.throws(() => readConfig(env), about);
  refused({ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4317' }, /OTEL_EXPORTER_OTLP_ENDPOINT must be an http/);
  refused({ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, /OTEL_EXPORTER_OTLP_PROTOCOL/);
  assert.equal(readConfig({}).tracing, null);
  assert.equal(
    readConfig({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318', OTEL_SDK_DISABLED: 'true' }).tracing,
    null,
  );
});
