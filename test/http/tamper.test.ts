// Nothing that is evidence can be changed unseen: every field of every kind of entry, every column of every table of evidence.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { v7 as uuid } from 'uuid';
import { checkLedger } from '../../src/cli/check-ledger.ts';
import { auditLedger, type LedgerSource } from '../../src/evidence/audit.ts';
import { GENESIS_HASH, ledgerHash } from '../../src/evidence/ledger.ts';
import { buildStatement } from '../../src/evidence/statement.ts';
import type { LedgerEntry } from '../../src/runs/ports.ts';
import { searchInput } from '../evidence/statement-fixture.ts';
import { changesOf } from '../helpers/changes.ts';
import { checkpoint, publication, TENANT, toVerifying } from '../store/fixture.ts';
import { writeTinyCheckpoint } from './checkpoint-fixture.ts';
import { call, corpusWith, line, openService, type TestService } from './service.ts';

const closers: (() => unknown)[] = [];
let service: TestService;
let client: pg.Client;
let jwks: { keys: Record<string, unknown>[] };
before(async () => {
  service = await openService({ after: (close) => void closers.push(close as () => unknown) });
  jwks = await service.deps.signer.jwks();
  client = new pg.Client({ connectionString: service.deps.config.databaseUrl! });
  await client.connect();
  closers.unshift(() => client.end());
  await fill();
});
after(async () => {
  for (const close of closers) await close();
});

const sign = () => service.deps.store.makeLedgerCheckpoint((head) => service.deps.signer.signTree(head));

/** A life of two people’s requests, with two certificates, of which a rollback voids one, and enough entries for a stored subtree. */
async function fill(): Promise<void> {
  const { app, deps, importDir } = service;
  const { store } = deps;
  const corpus_id = await corpusWith(app, 'train', [line('a', 'mirela@example.org'), line('b', 'odo@example.org')]);
  const path = await writeTinyCheckpoint(importDir, 'tiny');
  const body = { name: 'tiny', path, corpora: [{ corpus_id, role: 'train' }] };
  const { id, active } = (await call(app, 'POST', '/v1/models', body)).json();
  const ask = async (value: string) =>
    (await call(app, 'POST', '/v1/deletion-requests', { subject: { identifiers: [{ type: 'email', value }] } })).json();
  const cancelled = await ask('odo@example.org');
  await call(app, 'POST', `/v1/deletion-requests/${cancelled.id}/cancel`, { reason: 'A test.' });
  await store.recordPull(TENANT, { digest: active, recipient: 'serving', file: 'config.json', bytes: 1 });
  const request = await ask('mirela@example.org');
  const outcome = await store.claim(id, 'worker', { lease_ms: 60_000, max_restarts: 1 });
  assert.ok(outcome.status === 'claimed');
  const { claim } = outcome;
  await toVerifying(store, claim);
  await store.publish(claim, publication(claim, 1, { checkpoint: checkpoint(1, active, claim.run.id) }));
  await certify(request.id, request.targets[0].id, claim.run.id);
  const nothing = await ask('nobody@example.org');
  await certify(nothing.id, null, null);
  await sign();
  await call(app, 'POST', `/v1/runs/${claim.run.id}/rollback`, { reason: 'A test.' });
  await sign();
  await pad();
  await sign();
}

async function certify(request_id: string, target_id: string | null, run_id: string | null): Promise<void> {
  const { store, signer } = service.deps;
  const [id, created_at] = [uuid(), new Date().toISOString()];
  const jws = await signer.sign(buildStatement({ ...searchInput(), certificateId: id, issuedAt: created_at }));
  await store.saveCertificate(TENANT, { id, request_id, target_id, run_id, kid: signer.kid, jws, created_at });
}

const rechain = (entries: readonly LedgerEntry[]): LedgerEntry[] => {
  let previous_hash = GENESIS_HASH;
  return entries.map((entry, i) => {
    const moved = { ...entry, seq: i + 1, previous_hash, hash: ledgerHash(previous_hash, { ...entry, seq: i + 1 }) };
    previous_hash = moved.hash;
    return moved;
  });
};

/** Entries up to 260, at one go. */
async function pad(): Promise<void> {
  const known = await service.deps.store.readLedger({ limit: 1000 });
  const more = Array.from({ length: 260 - known.length }, () => ({ ...known.at(-1)!, type: 'test.entry', data: {} }));
  const rows = rechain([...known, ...more]).slice(known.length);
  const columns = rows.map(({ tenant, ...row }) => ({ ...row, tenant_id: tenant }));
  await client.query('insert into ledger select * from jsonb_populate_recordset(null::ledger, $1)', [
    JSON.stringify(columns),
  ]);
}

const kinds = async () => {
  const entries = await service.deps.store.readLedger({ limit: 1000 });
  return entries.filter(({ type }, i) => entries.findIndex((one) => one.type === type) === i);
};

test('every field of every kind of entry counts, in an export as in the store', async () => {
  const { store } = service.deps;
  const notes = (await store.ledgerCheckpoints({ limit: 10 })).slice(0, 2);
  const entries = await store.readLedger({ limit: notes[1]!.size });
  const source = (changed: readonly LedgerEntry[]): LedgerSource => ({
    entries: async function* () {
      yield [...changed];
    },
    checkpoints: async function* () {
      yield notes.map(({ checkpoint: note }) => ({ checkpoint: note }));
    },
  });
  const ok = async (changed: readonly LedgerEntry[]) => (await auditLedger(source(changed), jwks)).ok;
  assert.ok(await ok(entries));
  assert.ok(!(await ok(entries.slice(0, -1))), 'cut off below a checkpoint');
  const seen = await kinds();
  assert.ok(seen.length >= 14, seen.map(({ type }) => type).join());
  for (const entry of seen.filter(({ seq }) => seq <= entries.length)) {
    const at = entry.seq - 1;
    for (const changed of changesOf(entry)) {
      const forged = entries.with(at, changed as LedgerEntry);
      assert.ok(!(await ok(forged)), `${entry.type} ${JSON.stringify(changed)}`);
    }
    // even by somebody who hashes the whole chain anew: what was signed is not that
    assert.ok(!(await ok(rechain(entries.with(at, { ...entry, actor: 'me' })))), entry.type);
    assert.ok(!(await ok(entries.toSpliced(at, 1))) && !(await ok(rechain(entries.toSpliced(at, 1)))), entry.type);
  }
});

/** One column of a table's rows set to something else, past triggers and foreign keys; then the table is as it was. */
async function withChange<T>(table: string, where: string, set: string, look: () => Promise<T>): Promise<T> {
  await client.query(`set session_replication_role = replica; create temporary table saved as table ${table}`);
  try {
    const { rowCount } = await client.query(`update ${table} set ${set} where ${where}`);
    assert.equal(rowCount, 1, `${table} ${set}`);
    return await look();
  } finally {
    await client.query(`delete from ${table}; insert into ${table} table saved; drop table saved`);
  }
}

test('every column of every table of evidence counts', async () => {
  const { store } = service.deps;
  const check = () => checkLedger(store, jwks);
  assert.deepEqual((await check()).ok, true, JSON.stringify(await check()));
  const digest = `'sha256:${'f'.repeat(64)}'`;
  const zeros = `'\\x${'00'.repeat(32)}'`;
  const id = `'${uuid()}'`;
  const changes: Record<string, [where: string, values: Record<string, string>]> = {
    ledger: [
      'seq = 5',
      {
        ...{ seq: '1000', at: `at + interval '1 ms'`, tenant_id: `'x'`, type: `'x'`, actor: `'x'` },
        ...{ data: `'{}'`, previous_hash: digest, hash: digest },
      },
    ],
    ledger_checkpoints: ['size = 260', { size: '259', origin: `'x'`, root: zeros, checkpoint: `checkpoint || 'x'` }],
    ledger_nodes: ['true', { level: '16', index: '7', hash: zeros }],
    certificates: [
      'revoked_at is null',
      {
        ...{ id, request_id: id, target_id: id, run_id: id, kid: `'x'`, jws: `jws || 'x'`, tenant_id: `'x'` },
        ...{ revoked_at: 'created_at', created_at: `created_at + interval '1 ms'` },
      },
    ],
  };
  for (const [table, [where, values]] of Object.entries(changes))
    for (const [column, value] of Object.entries(values)) {
      const found = await withChange(table, where, `${column} = ${value}`, () =>
        check().catch((error) => ({ ok: false, error })),
      );
      assert.equal(found.ok, false, `${table}.${column}`);
      assert.ok((await check()).ok, `${table}.${column} is as it was`);
    }
  const revalidated = await withChange('certificates', 'revoked_at is not null', 'revoked_at = null', check);
  assert.match(JSON.stringify(revalidated), /revokes is shown as valid/);
});
