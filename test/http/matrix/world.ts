// What tenant acme has, of every kind that there is, made over HTTP where it can be; and the keys of all who call.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { v7 as uuid, v4 as uuid4 } from 'uuid';
import type { Scope } from '../../../src/domain/scopes.ts';
import { makeKey } from '../../../src/evidence/api-key.ts';
import { pageInput } from '../../evidence/report-page/fixture.ts';
import { checkpoint, toVerifying } from '../../store/fixture.ts';
import { writeTinyCheckpoint } from '../checkpoint-fixture.ts';
import { line, type TestService } from '../service.ts';
import { opendsrOf } from './cases.ts';

export const ACME = 'acme';
export const GLOBEX = 'globex';

/** A key as the command makes it. */
export async function keyOf({ deps }: Pick<TestService, 'deps'>, tenant: string, scopes: readonly Scope[]) {
  const id = uuid();
  const { text, secret_hash } = makeKey(id);
  const wanted = { id, secret_hash, name: `of-${tenant}`, scopes: [...scopes], lifetime_ms: 600_000 };
  return { text, ...(await deps.store.createApiKey(tenant, wanted, 'command')) };
}

/** Calls with a key; the answer as it is. */
export const caller =
  ({ app }: Pick<TestService, 'app'>) =>
  (key: string | null, method: string, url: string, payload?: unknown, headers: Record<string, string> = {}) =>
    app.inject({
      ...{ method: method as 'GET', url },
      headers: { ...headers, ...(key === null ? {} : { authorization: `Bearer ${key}` }) },
      ...(payload === undefined ? {} : { payload: payload as object }),
    });

const NDJSON = { 'content-type': 'application/x-ndjson' };

async function made<T = { id: string }>(answer: ReturnType<ReturnType<typeof caller>>): Promise<T> {
  const { statusCode, body } = await answer;
  if (statusCode >= 300) throw new Error(body);
  return JSON.parse(body) as T;
}

/** A run whose candidate awaits promotion, with a report. */
export async function runOf({ deps }: Pick<TestService, 'deps'>, modelId: string): Promise<string> {
  const outcome = await deps.store.claim(modelId, 'worker', { lease_ms: 60_000, max_restarts: 1 });
  if (outcome.status !== 'claimed') throw new Error(outcome.status);
  const { claim } = outcome;
  await toVerifying(deps.store, claim);
  const { run, report } = pageInput();
  const attempt = { ...run.attempts[0]!, candidate: checkpoint(7).digest };
  await deps.store.saveAttempt(claim.run.id, claim.fence, attempt, report);
  const held = { checkpoint: checkpoint(7, claim.run.parent, claim.run.id), kept: [] };
  await deps.store.awaitPromotion(claim, held, 'worker');
  return claim.run.id;
}

async function certificateOf({ deps }: TestService, request_id: string): Promise<string> {
  const id = uuid();
  const about = { id, request_id, target_id: null, run_id: null, kid: deps.signer.kid, jws: 'a.b.c' };
  await deps.store.saveCertificate(ACME, { ...about, created_at: new Date().toISOString() });
  return id;
}

async function endVerification({ deps }: TestService, id: string): Promise<void> {
  const claim = await deps.store.claimVerification(id, 'worker', { lease_ms: 60_000, max_restarts: 1 });
  const { report } = pageInput();
  await deps.store.finishVerification(id, claim!.fence, { report, report_digest: checkpoint(8).digest }, 'worker');
}

/** It waits: the run that awaits promotion keeps the model. */
async function opendsrRequest(service: TestService, key: string): Promise<string> {
  const body = opendsrOf('opal@example.org', uuid4());
  await made(caller(service)(key, 'POST', '/v2/requests', body));
  return body.subject_request_id;
}

async function webhookOf(service: TestService, key: string) {
  const ask = caller(service);
  const url = '/v1/webhook-endpoints';
  const endpoint = (await made(ask(key, 'POST', url, { url: 'https://hooks.example.org/' }))).id;
  return { endpoint, delivery: (await made(ask(key, 'POST', `${url}/${endpoint}/test`))).id };
}

export async function fillAcme(service: TestService, key: string) {
  const ask = caller(service);
  const post = (url: string, payload?: unknown) => made(ask(key, 'POST', url, payload));
  const corpus = (await post('/v1/corpora', { name: 'people' })).id;
  const records = [line('a', 'mirela@example.org'), line('b'), line('d', 'opal@example.org')].join('\n');
  await made(ask(key, 'POST', `/v1/corpora/${corpus}/records`, records, NDJSON));
  const folderOf = (tenant: string) => join(service.importDir, tenant);
  const [path, other] = [
    await writeTinyCheckpoint(folderOf(ACME), 'tiny'),
    await writeTinyCheckpoint(folderOf(ACME), 'other', null, 2),
    await writeTinyCheckpoint(folderOf(GLOBEX), 'spare', null, 3),
  ];
  const registered = { name: 'tiny', path, corpora: [{ corpus_id: corpus, role: 'train' }] };
  const model = await made<{ id: string; active: string }>(ask(key, 'POST', '/v1/models', registered));
  const candidate = await made<{ digest: string }>(
    ask(key, 'POST', `/v1/models/${model.id}/checkpoints`, { path: other }),
  );
  await writeFile(join(folderOf(ACME), 'people.ndjson'), line('c'));
  const subject = (value: string) => ({ subject: { identifiers: [{ type: 'email', value }] } });
  const request = (await post('/v1/deletion-requests', subject('mirela@example.org'))).id;
  const unknown = (await post('/v1/deletion-requests', subject('nobody@example.org'))).id;
  const upload = (await post('/v1/uploads')).id;
  await ask(key, 'POST', `/v1/uploads/${upload}/files`, undefined, {
    'upload-length': '10',
    'upload-metadata': `filename ${Buffer.from('config.json').toString('base64')}`,
  });
  const verification = (await post(`/v1/checkpoints/${candidate.digest}/verifications`, { record_ids: ['a'] })).id;
  await endVerification(service, verification);
  const pull = { digest: model.active, recipient: 'serving', file: 'config.json', bytes: 1 };
  await service.deps.store.recordPull(ACME, pull);
  await service.deps.store.makeLedgerCheckpoint((head) => service.deps.signer.signTree(head));
  return {
    ...{ corpus, model: model.id, active: model.active, candidate: candidate.digest, request, upload, verification },
    run: await runOf(service, model.id),
    opendsr: await opendsrRequest(service, key),
    ...(await webhookOf(service, key)),
    certificate: await certificateOf(service, unknown),
    completion: (await post(`/v1/models/${model.id}/completions`, { prompts: ['who'] })).id,
    influence: (await post(`/v1/models/${model.id}/influence`, { prompt: 'who' })).id,
    key: (await keyOf(service, ACME, ['catalogue:read'])).id,
    restriction: (await post('/v1/restrictions', { request_id: unknown, ground: 'objection_pending', reason: 'R.' }))
      .id,
  };
}
export type Acme = Awaited<ReturnType<typeof fillAcme>>;
