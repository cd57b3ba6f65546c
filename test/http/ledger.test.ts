import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { v7 as uuid } from 'uuid';
import { checkCertificate } from '../../src/cli/check-certificate.ts';
import { checkLedger } from '../../src/cli/check-ledger.ts';
import type { ConsistencyProof, InclusionProof, LedgerCheckpoint } from '../../src/domain/ledger.ts';
import { auditLedger } from '../../src/evidence/audit.ts';
import { verifyCheckpoint } from '../../src/evidence/checkpoint-note.ts';
import { exportLedger, ledgerFile } from '../../src/evidence/ledger-file.ts';
import {
  checkConsistency,
  checkInclusion,
  compareCheckpoints,
  formatProof,
  parseProof,
} from '../../src/evidence/ledger-proof.ts';
import { buildStatement } from '../../src/evidence/statement.ts';
import { checkpointLedger } from '../../src/runs/checkpoint-ledger.ts';
import { temporaryFolder } from '../checkpoints/temporary.ts';
import { searchInput } from '../evidence/statement-fixture.ts';
import { changesOf } from '../helpers/changes.ts';
import { call, openService, type TestService } from './service.ts';

const closers: (() => unknown)[] = [];
let service: TestService;
let jwks: { keys: Record<string, unknown>[] };
let id: string;
before(async () => {
  service = await openService({ after: (close) => void closers.push(close as () => unknown) });
  const { app, deps } = service;
  jwks = (await call(app, 'GET', '/.well-known/jwks.json')).json();
  id = await certify();
  await deps.store.appendLedger('another', 'test.entry', 'somebody', { about: 'others' });
});
after(async () => {
  for (const close of closers) await close();
});

/** A certificate of a search as the worker saves it. */
async function certify(): Promise<string> {
  const { app, deps } = service;
  const subject = { identifiers: [{ type: 'email', value: `nobody-${uuid()}@example.org` }] };
  const request = (await call(app, 'POST', '/v1/deletion-requests', { subject })).json();
  const certificateId = uuid();
  const created_at = new Date().toISOString();
  const statement = buildStatement({ ...searchInput(), certificateId, issuedAt: created_at });
  const about = { request_id: request.id, target_id: null, run_id: null, kid: deps.signer.kid };
  await deps.store.saveCertificate('default', {
    id: certificateId,
    ...about,
    jws: await deps.signer.sign(statement),
    created_at,
  });
  return certificateId;
}
const checkpointNow = () => {
  const { store, signer } = service.deps;
  const settings = { ledgerCheckpointMs: 0 } as Parameters<typeof checkpointLedger>[0]['settings'];
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  return checkpointLedger({ store, signer, settings, log });
};
const get = (url: string, accept?: string) =>
  service.app.inject({ url, ...(accept === undefined ? {} : { headers: { accept } }) });
const codeOf = async (url: string) => {
  const answer = await get(url);
  return [answer.statusCode, answer.json().code];
};

test('before there is a checkpoint there is no proof; then a certificate carries one', async () => {
  assert.deepEqual(await codeOf('/v1/ledger/checkpoint'), [404, 'not-found']);
  assert.equal((await get(`/v1/certificates/${id}`)).json().proof, null);
  const size = await checkpointNow();
  assert.equal(await checkpointNow(), null);
  const answer = await get('/v1/ledger/checkpoint');
  const checkpoint = answer.json<LedgerCheckpoint>();
  assert.equal(checkpoint.size, size);
  const note = await get('/v1/ledger/checkpoint', 'text/plain');
  assert.equal(note.body, checkpoint.checkpoint);
  assert.match(String(note.headers['content-type']), /^text\/plain/);
  const check = verifyCheckpoint(note.body, jwks);
  assert.ok(check.ok && check.head.size === size && check.head.origin === checkpoint.origin);
  assert.equal(Buffer.from(check.head.root).toString('base64'), checkpoint.root);
  const again = await service.app.inject({
    url: '/v1/ledger/checkpoint',
    headers: { 'if-none-match': String(answer.headers.etag) },
  });
  assert.equal(again.statusCode, 304);
  assert.notEqual(note.headers.etag, answer.headers.etag);

  const { jws, proof } = (await get(`/v1/certificates/${id}`)).json();
  const evidence = { jws, proof: JSON.stringify(proof), checkpoint: note.body };
  const whole = await checkCertificate(evidence, jwks);
  assert.ok(whole.ok && whole.recorded?.size === size, JSON.stringify(whole));
  const file = await get(`/v1/ledger/proof?certificate_id=${id}`, 'text/plain');
  assert.match(file.body, /^c2sp\.org\/tlog-proof@v1\nextra /);
  assert.ok((await checkCertificate({ jws, proof: file.body, checkpoint: null }, jwks)).ok);
  assert.ok((await checkCertificate({ jws, proof: null, checkpoint: null }, jwks)).ok);
  // a proof of another entry, or for another checkpoint, shows nothing
  const other = (await get('/v1/ledger/proof?entry=1')).body;
  const refused = await checkCertificate({ jws, proof: other, checkpoint: null }, jwks);
  assert.match(refused.ok ? '' : refused.reason, /not that of this certificate/);
});

test('proofs are of one’s own entries, and for sizes that were signed', async () => {
  const { size } = (await get('/v1/ledger/checkpoint')).json<LedgerCheckpoint>();
  const own = (await get('/v1/ledger/proof?entry=1')).json<InclusionProof>();
  assert.ok(checkInclusion(own, jwks).ok);
  assert.deepEqual(own.entry.data, (await service.deps.store.readLedger({ limit: 1 }))[0]!.data);
  assert.deepEqual(await codeOf(`/v1/ledger/proof?entry=${size}`), [404, 'not-found'], 'another tenant’s');
  assert.deepEqual(await codeOf('/v1/ledger/proof?entry=1000'), [404, 'not-found']);
  assert.deepEqual(await codeOf('/v1/ledger/proof?entry=1&size=1'), [404, 'not-found'], 'never signed');
  assert.deepEqual(await codeOf(`/v1/ledger/proof?certificate_id=${uuid()}`), [404, 'not-found']);
  for (const wrong of ['', '?entry=0', '?entry=1&from=1', '?from=1', '?from=3&to=2', '?entry=x', `?certificate_id=1`])
    assert.deepEqual(await codeOf(`/v1/ledger/proof${wrong}`), [400, 'validation-failed'], wrong);
});

test('entries of the tenant are listed in order, others’ are not', async () => {
  const all = (await get('/v1/ledger/entries')).json<{ items: InclusionProof['entry'][] }>().items;
  const known = await service.deps.store.readLedger({ limit: 100 });
  assert.deepEqual(
    all,
    known.filter(({ tenant }) => tenant === 'default'),
  );
  const [first, second] = all;
  assert.deepEqual((await get(`/v1/ledger/entries?after=${first!.seq}&limit=1`)).json().items, [second]);
  const issued = (await get('/v1/ledger/entries?type=certificate.issued')).json().items;
  assert.deepEqual(
    issued.map(({ data }: { data: { certificate_id: string } }) => data.certificate_id),
    [id],
  );
  assert.deepEqual(await codeOf('/v1/ledger/entries?limit=0'), [400, 'validation-failed']);
  assert.deepEqual(await codeOf('/v1/ledger/entries?type=%00'), [400, 'validation-failed']);
});

test('a later checkpoint continues an earlier one, and older proofs can still be asked for', async () => {
  const earlier = (await get('/v1/ledger/checkpoint')).json<LedgerCheckpoint>();
  const younger = await certify();
  assert.equal((await get(`/v1/certificates/${younger}`)).json().proof, null);
  await checkpointNow();
  const later = (await get('/v1/ledger/checkpoint')).json<LedgerCheckpoint>();
  const url = `/v1/ledger/proof?from=${earlier.size}&to=${later.size}`;
  const proof = (await get(url)).json<ConsistencyProof>();
  const heads = [earlier, later].map(({ checkpoint }) => {
    const check = verifyCheckpoint(checkpoint, jwks);
    assert.ok(check.ok);
    return check.head;
  });
  assert.ok(checkConsistency(heads[0]!, heads[1]!, proof));
  assert.ok(!checkConsistency(heads[1]!, heads[0]!, proof));
  assert.ok(!checkConsistency(heads[0]!, { ...heads[1]!, root: heads[0]!.root }, proof));
  const text = JSON.stringify(proof);
  const compare = (...notes: [string, string]) => compareCheckpoints(...notes, text, jwks);
  const { origin } = earlier;
  const both = [earlier.checkpoint, later.checkpoint] as const;
  assert.deepEqual(compare(...both), { ok: true, origin, from: earlier.size, to: later.size });
  assert.match(JSON.stringify(compare(both[1], both[0])), /get one with from=/);
  for (const changed of changesOf(proof))
    assert.ok(!compareCheckpoints(...both, JSON.stringify(changed), jwks).ok, JSON.stringify(changed));
  assert.deepEqual(await codeOf(`/v1/ledger/proof?from=1&to=${later.size + 1}`), [404, 'not-found']);
  const old = (await get(`/v1/ledger/proof?entry=1&size=${earlier.size}`)).json<InclusionProof>();
  assert.equal(old.checkpoint, earlier.checkpoint);
  assert.deepEqual((await get(`/v1/ledger/checkpoint?size=${earlier.size}`)).json(), earlier);
  assert.equal((await get(`/v1/certificates/${younger}`)).json().proof.size, later.size);
});

test('an export is checked without the service', async (t) => {
  const { store } = service.deps;
  assert.ok((await checkLedger(store, jwks)).ok);
  const file = join(await temporaryFolder(t), 'ledger.ndjson');
  const lines: string[] = [];
  for await (const text of exportLedger(store)) lines.push(text);
  await writeFile(file, lines.join(''));
  const check = await auditLedger(ledgerFile(file), jwks);
  assert.ok(check.ok && check.checkpoints === 2 && check.covered === check.entries, JSON.stringify(check));
  // a checkpoint that was kept counts whatever the store shows: of a ledger that has been rewritten whole, or of another one
  const [{ checkpoint: kept }] = (await store.ledgerCheckpoints({ limit: 1 })) as [LedgerCheckpoint];
  assert.ok((await auditLedger({ ...ledgerFile(file), held: kept }, jwks)).ok);
  const head = verifyCheckpoint(kept, jwks);
  assert.ok(head.ok);
  for (const [change, why] of [
    [{ root: Buffer.alloc(32) }, /are not those that the kept checkpoint/],
    [{ size: 1000 }, /kept checkpoint covers 1000 entries/],
  ] as const) {
    const first = (await store.readLedger({ limit: 1 }))[0]!.hash;
    const { checkpoint: other } = await service.deps.signer.signTree({ first, ...head.head, ...change });
    assert.match(JSON.stringify(await auditLedger({ ...ledgerFile(file), held: other }, jwks)), why);
  }
  // the last entries cut off, with nothing but a checkpoint to tell
  await writeFile(file, lines.toSpliced(check.ok ? check.entries - 1 : 0, 1).join(''));
  assert.match(JSON.stringify(await auditLedger(ledgerFile(file), jwks)), /a checkpoint covers/);
});

test('no field of a proof can be changed, in either form', async () => {
  const { jws, proof } = (await get(`/v1/certificates/${id}`)).json<{ jws: string; proof: InclusionProof }>();
  const check = (changed: unknown) =>
    checkCertificate({ jws, proof: JSON.stringify(changed), checkpoint: null }, jwks).then(({ ok }) => ok);
  assert.ok(await check(proof));
  for (const changed of changesOf(proof)) assert.ok(!(await check(changed)), JSON.stringify(changed));
  const text = formatProof(proof);
  assert.deepEqual(parseProof(text), proof);
  for (let i = 0; i < text.length; i += 11) {
    const flipped = text.slice(0, i) + String.fromCharCode(text.charCodeAt(i) ^ 1) + text.slice(i + 1);
    const { ok } = await checkCertificate({ jws, proof: flipped, checkpoint: null }, jwks);
    assert.ok(!ok, `character ${i} ${text[i]}`);
  }
});
