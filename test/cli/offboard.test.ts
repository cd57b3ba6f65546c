import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { readCertificateFile, readKeySet } from '../../src/cli/certificate-file.ts';
import { checkCertificate } from '../../src/cli/check-certificate.ts';
import { offboardTenant } from '../../src/cli/offboard.ts';
import { ROLES } from '../../src/domain/scopes.ts';
import { versionsOnDisk } from '../../src/evidence/key-ring.ts';
import { createSubjectKeys } from '../../src/evidence/keys.ts';
import { checkInclusion } from '../../src/evidence/ledger-proof.ts';
import { rotateSubjectKey } from '../../src/evidence/rotate-key.ts';
import { createSigner } from '../../src/evidence/signer.ts';
import { buildStatement } from '../../src/evidence/statement.ts';
import { BELIEVED_MS } from '../../src/http/key-check.ts';
import { certifyUncertified } from '../../src/runs/certify.ts';
import { writeTinyCheckpoint } from '../http/checkpoint-fixture.ts';
import { caller, keyOf } from '../http/matrix/world.ts';
import { line, openService } from '../http/service.ts';

const codeIs = (code: string) => (error: { code?: string }) => error.code === code;

test('a tenant takes its evidence along, everything else of it goes, and the others notice nothing', async (t) => {
  const service = await openService(t, { AUTH: 'required' });
  const { deps, importDir } = service;
  const { config, store } = deps;
  const ask = caller(service);
  const has = async (tenant: string) => {
    const key = (await keyOf(service, tenant, ROLES.admin)).text;
    const post = async (url: string, body?: unknown, headers = {}) => {
      const answer = await ask(key, 'POST', url, body, headers);
      assert.ok(answer.statusCode < 300, answer.body);
      return answer.json<{ id: string; active: string }>();
    };
    const corpus = (await post('/v1/corpora', { name: 'people' })).id;
    const ndjson = { 'content-type': 'application/x-ndjson' };
    await post(`/v1/corpora/${corpus}/records`, line('a', 'anna@example.org'), ndjson);
    const path = await writeTinyCheckpoint(join(importDir, tenant), 'tiny');
    const model = await post('/v1/models', { name: 'm', path, corpora: [{ corpus_id: corpus, role: 'train' }] });
    const subject = (value: string) => ({ subject: { identifiers: [{ type: 'email', value }] } });
    const [none, open] = [
      await post('/v1/deletion-requests', subject('nobody@example.org')),
      async () => post('/v1/deletion-requests', subject('anna@example.org')),
    ];
    await post('/v1/webhook-endpoints', { url: 'https://hooks.example.org/' });
    return { key, corpus, model, none: none.id, open, post };
  };
  const [acme, globex] = [await has('acme'), await has('globex')];
  const certifying = { ...deps, buildStatement, worker: 'w', softwareVersion: '0.0.0', clock: () => new Date() };
  const log = { info() {}, warn() {}, error() {} };
  const dir = join(config.dataDir, 'evidence');
  const offboard = () => offboardTenant(config, store, 'acme', dir);

  await assert.rejects(offboard(), codeIs('start-refused'), 'its certificate is not made yet');
  await certifyUncertified({ ...certifying, log } as never);
  const request = await acme.open();
  await assert.rejects(offboard(), codeIs('start-refused'), 'a request is open');
  await acme.post(`/v1/deletion-requests/${request.id}/cancel`, {});
  await assert.rejects(stat(dir));
  for (const tenant of ['default', 'nobody'])
    await assert.rejects(offboardTenant(config, store, tenant, dir), codeIs('start-refused'));

  // with another KEY_DIR than the service has, or without one of its files
  const empty = { ...config, keys: { ...config.keys, dir: join(config.dataDir, 'empty') } };
  await mkdir(empty.keys.dir);
  await assert.rejects(offboardTenant(empty, store, 'acme', dir), codeIs('start-refused'));
  assert.deepEqual(await readdir(empty.keys.dir), []);
  const { file } = await rotateSubjectKey(config, store, 'acme', 'test');
  await rename(file, join(empty.keys.dir, 'aside'));
  await assert.rejects(offboard(), /subject-acme-2\.key is missing/);
  await rename(join(empty.keys.dir, 'aside'), file);
  await assert.rejects(stat(dir));
  assert.equal((await ask(acme.key, 'GET', `/v1/models/${acme.model.id}`)).statusCode, 200);
  assert.ok((await store.listKeyVersions('acme')).every(({ destroyed_at }) => destroyed_at === null));

  // as another process reads the keys every few seconds
  const running = await createSubjectKeys(config, await store.subjectKeyVersions());
  const anna = { type: 'email', value: 'anna@example.org' };
  running.keyFor('acme', anna);
  // while the folder is written something happens elsewhere, and a worker signs that
  const signer = await createSigner(config);
  const busy: typeof store = {
    ...store,
    async listCertificates(...asked) {
      await globex.post('/v1/corpora', { name: 'elsewhere' });
      assert.ok(await store.makeLedgerCheckpoint((head) => signer.signTree(head)));
      return store.listCertificates(...asked);
    },
  };
  const { evidence, counts } = await offboardTenant(config, busy, 'acme', dir);
  assert.deepEqual(counts, { models: 1, corpora: 1, api_keys: 1, subject_keys: 2 });
  assert.deepEqual([evidence.certificates, evidence.requests], [1, 2]);
  const [name = ''] = (await readdir(dir)).filter((one) => one.endsWith('.certificate.json'));
  const jwks = await readKeySet(undefined, join(dir, name));
  const given = await readCertificateFile(join(dir, name));
  const checkpoint = await readFile(join(dir, 'checkpoint.txt'), 'utf8');
  const check = await checkCertificate({ ...given, checkpoint }, jwks);
  assert.ok(check.ok && check.recorded !== null, JSON.stringify(check));
  const entries = (await readFile(join(dir, 'ledger.ndjson'), 'utf8')).trim().split('\n');
  assert.ok(entries.length === evidence.entries && entries.length > 5);
  for (const one of entries) {
    const proof = JSON.parse(one);
    assert.ok(checkInclusion(proof, jwks).ok && proof.entry.tenant === 'acme', one);
    assert.equal(proof.checkpoint, checkpoint);
  }

  // what was known of the key is believed for a moment
  await sleep(BELIEVED_MS);
  assert.equal((await ask(acme.key, 'GET', '/v1/models')).statusCode, 401);
  await running.reload(() => store.destroyedKeyVersions());
  assert.throws(() => running.keyFor('acme', anna), /has no subject key/);
  await assert.rejects(keyOf(service, 'acme', ROLES.admin), codeIs('tenant-offboarded'));
  assert.equal(await deps.corpora.holds(acme.corpus), false);
  assert.deepEqual((await versionsOnDisk(config)).map((one) => one.tenant).sort(), ['default', 'globex']);
  assert.equal((await store.listTenants()).find((one) => one.tenant === 'acme')?.models, 0);
  assert.equal((await store.countSuppressions('acme')).keys, 0);

  // the very same weights are the other tenant's as well
  await stat(join(config.checkpointDir, globex.model.active.replace(':', '-')));
  assert.equal(await deps.corpora.holds(globex.corpus), true);
  assert.equal((await ask(globex.key, 'GET', `/v1/models/${globex.model.id}`)).statusCode, 200);
  assert.equal((await ask(globex.key, 'GET', '/v1/webhook-endpoints')).json().items.length, 1);
  assert.equal((await globex.open()).id.length, 36);
  await rm(dir, { recursive: true });
});
