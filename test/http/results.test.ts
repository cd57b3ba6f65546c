import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import { v7 as uuidv7 } from 'uuid';
import { prefers } from '../../src/http/accept.ts';
import type { Claim } from '../../src/runs/ports.ts';
import { pageInput } from '../evidence/report-page/fixture.ts';
import { writeTinyCheckpoint } from './checkpoint-fixture.ts';
import { call, corpusWith, line, openService, type TestService } from './service.ts';

const closers: (() => unknown)[] = [];
let service: TestService;
let claim: Claim;
before(async () => {
  service = await openService({ after: (close) => void closers.push(close as () => unknown) });
  const { app, deps, importDir } = service;
  const corpus_id = await corpusWith(app, 'train', [line('a', 'mirela@example.org'), line('b')]);
  const path = await writeTinyCheckpoint(importDir, 'tiny');
  const body = { name: 'tiny', path, corpora: [{ corpus_id, role: 'train' }] };
  const { id } = (await call(app, 'POST', '/v1/models', body)).json();
  const subject = { identifiers: [{ type: 'email', value: 'mirela@example.org' }] };
  await call(app, 'POST', '/v1/deletion-requests', { subject });
  const outcome = await deps.store.claim(id, 'test', { lease_ms: 60_000, max_restarts: 1 });
  assert.equal(outcome.status, 'claimed');
  claim = (outcome as { claim: Claim }).claim;
});
after(async () => {
  for (const close of closers) await close();
});

test('a run shows its progress; its ETag changes with every step', async () => {
  const { app, deps } = service;
  const url = `/v1/runs/${claim.run.id}`;
  const first = await call(app, 'GET', url);
  assert.equal(first.statusCode, 200, first.body);
  assert.ok(Number(first.headers['retry-after']) > 0);
  const poll = () => app.inject({ url, headers: { 'if-none-match': String(first.headers.etag) } });
  assert.equal((await poll()).statusCode, 304);
  const progress = {
    ...claim.run.progress,
    phase: 'unlearning' as const,
    step: 3,
    updated_at: new Date().toISOString(),
  };
  const points = [{ step: 3, phase: 'unlearning', forget_loss: 1.5, retain_loss: null }];
  assert.ok(await deps.store.saveProgress(claim.run.id, claim.fence, progress, points));
  const later = await poll();
  assert.equal(later.statusCode, 200);
  assert.equal(later.json().progress.step, 3);
  assert.deepEqual((await call(app, 'GET', `${url}/curves`)).json().items, points);
  assert.equal((await call(app, 'GET', `${url}/verification`)).statusCode, 404);
  const listed = (await call(app, 'GET', `/v1/runs?model_id=${claim.model.id}`)).json().items;
  assert.deepEqual(
    listed.map((run: { id: string }) => run.id),
    [claim.run.id],
  );
});

test('a certificate is given as JSON or as the JWS that was signed', async () => {
  const { app, deps } = service;
  const unknown = { subject: { identifiers: [{ type: 'email', value: 'nobody@example.org' }] } };
  const request = (await call(app, 'POST', '/v1/deletion-requests', unknown)).json();
  const jws = await deps.signer.sign({ _type: 'https://in-toto.io/Statement/v1' });
  const certificate = {
    id: uuidv7(),
    request_id: request.id,
    target_id: null,
    run_id: null,
    kid: deps.signer.kid,
    jws,
    created_at: new Date().toISOString(),
  };
  await deps.store.saveCertificate('default', certificate);
  const url = `/v1/certificates/${certificate.id}`;
  // a search changed no checkpoint
  assert.deepEqual((await call(app, 'GET', url)).json(), {
    ...certificate,
    revoked_at: null,
    parent: null,
    proof: null,
  });
  const compact = await app.inject({ url, headers: { accept: 'application/jose' } });
  assert.equal(compact.headers['content-type'], 'application/jose');
  assert.equal(compact.body, jws);
  const mine = (await call(app, 'GET', `/v1/certificates?request_id=${certificate.request_id}`)).json().items;
  assert.equal(mine.length, 1);
  assert.deepEqual((await call(app, 'GET', `/v1/certificates?request_id=${uuidv7()}`)).json().items, []);
});

const asksForJose = (accept: string | undefined) => prefers(accept, 'application/jose');
test('the compact form is given to those who prefer it', () => {
  assert.ok(asksForJose('application/jose'));
  assert.ok(asksForJose('application/jose, application/json;q=0.5'));
  assert.ok(!asksForJose('application/json, application/jose;q=0.5'));
  assert.ok(!asksForJose('*/*'));
  assert.ok(!asksForJose('application/jose;q=0'));
  assert.ok(!asksForJose(undefined));
});

test('a verification is given as JSON and as a page that may do nothing; before there is one, neither', async () => {
  const { app, deps } = service;
  const url = `/v1/runs/${claim.run.id}/report`;
  assert.equal((await call(app, 'GET', url)).statusCode, 404);
  const { run, report } = pageInput();
  assert.ok(await deps.store.saveAttempt(claim.run.id, claim.fence, run.attempts[0]!, report));
  assert.deepEqual((await call(app, 'GET', `/v1/runs/${claim.run.id}/verification`)).json(), report);
  const page = await call(app, 'GET', url);
  assert.equal(page.statusCode, 200, page.body);
  assert.equal(page.headers['content-type'], 'text/html; charset=utf-8');
  assert.ok(page.body.startsWith('<!doctype html>') && page.body.includes(report.reason));
  const style = /<style>([\s\S]*)<\/style>/.exec(page.body)![1]!;
  const digest = createHash('sha256').update(style).digest('base64');
  assert.ok(
    String(page.headers['content-security-policy']).startsWith(`default-src 'none'; style-src 'sha256-${digest}'`),
  );
  const again = await app.inject({ url, headers: { 'if-none-match': String(page.headers.etag) } });
  assert.equal(again.statusCode, 304);
});
