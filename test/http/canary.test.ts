// People who do not exist go through every operation, in the right places and in wrong ones: they must come out nowhere.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import { normalise } from '../../src/corpora/subjects.ts';
import { buildStatement } from '../../src/evidence/statement.ts';
import { certifyUncertified } from '../../src/runs/certify.ts';
import type { Tracing } from '../../src/runs/tracing-port.ts';
import { createTracing } from '../../src/tracing/opentelemetry.ts';
import { databaseContents } from '../helpers/contents.ts';
import { type Collector, startCollector } from '../tracing/collector.ts';
import { writeTinyCheckpoint } from './checkpoint-fixture.ts';
import { openService, type TestService } from './service.ts';

const PEOPLE = {
  email: 'Zq.Canary-Otter@example.org',
  phone: '+41 79 777 66 55',
  name: 'Zquilla Canaryson',
  customer_id: 'zqcan-4711',
};
const TEXT = 'Zquilla Canaryson keeps nine zqotters by the lake.';
const EMAIL = PEOPLE.email;

/** What would give somebody away: the words themselves, and what anybody could find out by guessing. */
const TRACES = [
  ...['canary-otter', 'canaryson', 'zquilla', '777 66 55', '41797776655', 'zqcan', 'zqotter'],
  ...Object.entries(PEOPLE).flatMap(([type, value]) =>
    [value, normalise(type, value)].flatMap((text) => {
      const sha256 = createHash('sha256').update(text).digest();
      return [Buffer.from(text).toString('base64'), Buffer.from(text).toString('hex')].concat(
        sha256.toString('hex'),
        sha256.toString('base64'),
        sha256.toString('base64url'),
      );
    }),
  ),
].map((text) => text.toLowerCase());

function assertClean(where: string, contents: string): void {
  const low = contents.toLowerCase();
  for (const trace of TRACES) {
    const at = low.indexOf(trace);
    if (at !== -1) assert.fail(`${where} holds ${trace}: …${contents.slice(Math.max(0, at - 160), at + 60)}…`);
  }
}

const closers: (() => unknown)[] = [];
let service: TestService;
let collector: Collector;
let tracing: Tracing;
const answers: string[] = [];
before(async () => {
  const register = { after: (close: unknown) => void closers.push(close as () => unknown) };
  collector = await startCollector();
  closers.push(() => collector.close());
  const otel = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' };
  const env = { COMPLETIONS_ENABLED: 'true', LOG_LEVEL: 'trace', ...otel };
  service = await openService(register, env, ({ config }) => {
    tracing = createTracing(config.tracing!, { name: 'expunge-api', version: '0' });
    return { tracing };
  });
});
after(async () => {
  for (const close of closers) await close();
});

async function send(options: InjectOptions): Promise<LightMyRequestResponse> {
  const answer = await service.app.inject(options);
  answers.push(`${options.method} ${answer.statusCode} ${JSON.stringify(answer.headers)} ${answer.body}`);
  assert.notEqual(Math.floor(answer.statusCode / 100), 5, answers.at(-1));
  return answer;
}
const post = (url: string, payload: unknown) => send({ method: 'POST', url, payload: payload as object });
const lines = (url: string, ...payload: unknown[]) =>
  send({
    ...{ method: 'POST', url, headers: { 'content-type': 'application/x-ndjson' } },
    payload: payload.map((one) => (typeof one === 'string' ? one : JSON.stringify(one))).join('\n'),
  });
const identifiers = Object.entries(PEOPLE).map(([type, value]) => ({ type, value }));

/** What everybody asks for, about these people. */
async function asMeant(): Promise<{ model: string; corpus: string }> {
  const corpus = (await post('/v1/corpora', { name: 'train' })).json().id;
  const records = [
    { id: 'a', prompt: 'Who keeps otters?', answer: TEXT, subjects: identifiers },
    { id: 'b', text: 'The lake is deep.' },
  ];
  await lines(`/v1/corpora/${corpus}/records`, ...records);
  const path = await writeTinyCheckpoint(service.importDir, 'tiny');
  const model = (
    await post('/v1/models', { name: 'tiny', path, corpora: [{ corpus_id: corpus, role: 'train' }] })
  ).json().id;
  const subject = { identifiers };
  const rules = {
    pointers: [{ pointer: '/author', type: 'email' }],
    patterns: ['email', 'phone'],
    names: ['I am {name}'],
  };
  const lake = { id: 'c', author: EMAIL, text: `I am ${PEOPLE.name}, ${EMAIL}, ${PEOPLE.phone}.` };
  const found = (await post('/v1/corpora', { name: 'found', subject_rules: rules })).json().id;
  assert.equal((await lines(`/v1/corpora/${found}/records`, lake)).json().people, 1);
  await post('/v1/corpora:preview-rules', { subject_rules: rules, records: [lake, { id: EMAIL, [EMAIL]: TEXT }] });
  await post('/v1/subjects:lookup', { subject });
  await post('/v1/deletion-requests', { subject, validate_only: true });
  await post('/v1/deletion-requests', { texts: [TEXT, EMAIL], validate_only: true });
  const created = await post('/v1/deletion-requests', { subject, texts: [TEXT], record_ids: ['a'], corpus_id: corpus });
  assert.equal(created.statusCode, 202, created.body);
  await lines('/v1/deletion-requests:batch', { subject }, { texts: [TEXT] }, `{"subject": "${EMAIL}`, {
    [EMAIL]: TEXT,
  });
  await post('/v1/deletion-requests', { subject: { identifiers: [{ type: 'email', value: `x${EMAIL}` }] } });
  const named = await post('/v1/deletion-requests', { subject, external_id: EMAIL });
  assert.equal(named.json().errors[0].pointer, '#/external_id');
  assert.equal(
    (await post('/v1/deletion-requests', { texts: ['Nobody wrote this.', EMAIL] })).json().state,
    'completed_no_data',
  );
  await post('/v1/suppressions:check', { subjects: [subject] });
  await post('/v1/suppressions:lift', {
    subject: { identifiers: [{ type: 'email', value: `x${EMAIL}` }] },
    reason: 'Anew.',
  });
  await post(`/v1/models/${model}/completions`, { prompts: [TEXT] });
  await post(`/v1/models/${model}/influence`, { subject });
  await post(`/v1/models/${model}/influence`, { prompt: TEXT, answer: EMAIL });
  const { active } = (await send({ method: 'GET', url: `/v1/models/${model}` })).json();
  await post(`/v1/checkpoints/${active}/verifications`, { subject });
  return { model, corpus };
}

interface Schema {
  [name: string]: unknown;
  $ref?: string;
  type?: string;
  properties?: Record<string, Schema>;
  items?: Schema;
}
interface Operation {
  parameters?: { in: string; name: string; schema: Schema }[];
  requestBody?: { content: Record<string, { schema: Schema }> };
}
interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

/** A body with as many members as it may have, and a person wherever there may be text. */
function sample(schema: Schema, document: Document, depth = 0): unknown {
  if (schema.$ref) return sample(document.components.schemas[schema.$ref.split('/').at(-1)!]!, document, depth);
  if ('const' in schema) return schema.const;
  if (Array.isArray(schema.enum)) return schema.enum[0];
  for (const choice of ['anyOf', 'oneOf'])
    if (Array.isArray(schema[choice])) return sample((schema[choice] as Schema[])[0]!, document, depth);
  if (schema.type === 'object' && depth < 6)
    return Object.fromEntries(
      Object.entries(schema.properties ?? {}).map(([name, member]) => [name, sample(member, document, depth + 1)]),
    );
  if (schema.type === 'array') return schema.items ? [sample(schema.items, document, depth + 1)] : [];
  if (schema.type === 'boolean') return true;
  if (schema.type === 'integer' || schema.type === 'number') return schema.minimum ?? 1;
  return schema.format === 'uuid' ? '0198a000-0000-7000-8000-000000000001' : EMAIL;
}

/** Bodies that do not fit, and one that nearly does and then loses a member at a time. */
function bodiesOf(operation: Operation, document: Document): { type: string; payload: string }[] {
  const content = operation.requestBody?.content ?? {};
  const [type] = Object.keys(content);
  if (type === undefined) return [];
  const whole = sample(content[type]!.schema, document);
  const members = typeof whole === 'object' && whole !== null ? Object.entries(whole) : [];
  const fewer = members.map(([name]) => Object.fromEntries(members.filter(([other]) => other !== name)));
  const single = members.map(([name, value]) => ({ [name]: value }));
  const wrong = members.map(([name]) => ({ ...Object(whole), [name]: { [EMAIL]: TEXT } }));
  const bodies = [whole, ...fewer, ...single, ...wrong, { [EMAIL]: TEXT }, EMAIL, [identifiers]];
  return [
    ...bodies.map((body) => ({ type, payload: JSON.stringify(body) })),
    ...[TEXT, `{"${EMAIL}": `, `\uFEFF{"a":"${EMAIL}"}\n${TEXT}`].map((payload) => ({ type, payload })),
    { type: 'text/plain', payload: TEXT },
    { type: `text/${PEOPLE.customer_id}`, payload: TEXT },
  ];
}

const HEADERS = ['idempotency-key', 'if-match', 'if-none-match', 'authorization', 'cookie', 'user-agent', 'referer'];
const MORE_HEADERS = [
  'x-request-id',
  'traceparent',
  'prefer',
  'range',
  'tus-resumable',
  'upload-offset',
  'accept',
  'x-zq',
];

/** Every operation of the document, with people in its path, its query, its headers and its body. */
async function everywhereElse(ids: { model: string; corpus: string }): Promise<number> {
  const document = (await send({ method: 'GET', url: '/openapi.json' })).json() as Document;
  const headers = Object.fromEntries([...HEADERS, ...MORE_HEADERS].map((name) => [name, EMAIL]));
  let operations = 0;
  for (const [path, methods] of Object.entries(document.paths)) {
    const known = path.replace('{id}', path.includes('corpora') ? ids.corpus : ids.model);
    const url = known.replaceAll(/\{[^}]+\}/g, ids.model);
    for (const [verb, operation] of Object.entries(methods)) {
      operations++;
      const method = verb.toUpperCase() as 'GET';
      const query = (operation.parameters ?? []).filter((one) => one.in === 'query').map(({ name }) => name);
      await send({ method, url: path.replaceAll(/\{[^}]+\}/g, encodeURIComponent(EMAIL)) });
      await send({ method, url: `${url}?${encodeURIComponent(EMAIL)}=${encodeURIComponent(PEOPLE.name)}` });
      for (const name of query) await send({ method, url: `${url}?${name}=${encodeURIComponent(EMAIL)}` });
      await send({ method, url, headers });
      for (const { type, payload } of bodiesOf(operation, document))
        await send({ method, url, headers: { 'content-type': type, 'idempotency-key': EMAIL }, payload });
    }
  }
  for (const url of [
    `/${EMAIL}`,
    `/v1/${PEOPLE.name}`,
    `/v1/corpora/${encodeURIComponent(TEXT)}/records`,
    '/v1/%zqcan',
  ])
    for (const method of ['GET', 'POST', 'DELETE'] as const) await send({ method, url });
  return operations;
}

/** Every file of the data folder but the corpora's own text, as far as it can be read as text. */
async function filesBut(folder: string, left: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (path === left) continue;
    if (entry.isDirectory()) found.push(...(await filesBut(path, left)));
    else found.push(`${path}\n${await readFile(path, 'latin1')}`);
  }
  return found;
}

test('nobody comes out: not in an answer, a log, a trace, a table, the queue, a certificate or a file', async () => {
  const { deps, logs } = service;
  const ids = await asMeant();
  const operations = await everywhereElse(ids);
  assert.ok(operations > 40, `${operations} operations`);
  const issued = await certifyUncertified({
    ...{ store: deps.store, checkpoints: deps.checkpoints, signer: deps.signer, buildStatement },
    ...{ softwareVersion: 'test', worker: 'tester', clock: () => new Date(), log: deps.logger! },
  });
  assert.ok(issued > 1);
  const certificates = await deps.store.listCertificates('default', { limit: 100 });
  const payloads = certificates.items.map(({ jws }) => Buffer.from(jws.split('.')[1]!, 'base64url').toString());

  assert.ok(payloads.some((payload) => payload.includes('"records":{') && !payload.includes('"data_subject"')));
  for (const answer of answers) assertClean('an answer', answer);
  assertClean('the log', logs.join(''));
  await tracing.close();
  assert.ok(collector.spans().length > operations);
  assertClean('a trace', collector.bodies.map(({ bytes }) => bytes.toString('latin1')).join('\n'));
  assertClean('a certificate', payloads.join('\n'));
  // queue and tables lie in schemas of one database
  assertClean('the database', await databaseContents(deps.config.databaseUrl!));
  for (const file of await filesBut(deps.config.dataDir, deps.config.corpusDir)) assertClean('a file', file);
  // the search finds what there is: the one place is the text itself
  const [text] = await filesBut(deps.config.corpusDir, '');
  assert.throws(() => assertClean('the corpus', text!), /the corpus holds canaryson/);
});
