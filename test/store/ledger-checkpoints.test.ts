import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { originOf } from '../../src/evidence/checkpoint-note.ts';
import { entryLeaf, GENESIS_HASH, ledgerHash } from '../../src/evidence/ledger.ts';
import { leafHash, merkleRoot } from '../../src/evidence/merkle.ts';
import { proveConsistency, proveInclusion, treeRoot } from '../../src/evidence/tree.ts';
import type { NewTreeHead } from '../../src/runs/ports.ts';
import { openWorld, TENANT, type World } from './fixture.ts';

let world: World;
let client: pg.Client;
before(async () => {
  world = await openWorld();
  client = new pg.Client({ connectionString: world.url });
  await client.connect();
});
after(async () => {
  await client.end();
  await world.close();
});

/** Signs nothing; keeps what it was asked to sign. */
const signed: NewTreeHead[] = [];
const sign = async (head: NewTreeHead) => {
  signed.push(head);
  return { origin: originOf(head.first), checkpoint: `note of ${head.size}` };
};
/** Appends entries as the store would, but all at once. */
async function entries(count: number): Promise<void> {
  const [last] = (await world.store.readLedger({ limit: 2000 })).slice(-1);
  let [seq, previous_hash] = [last?.seq ?? 0, last?.hash ?? GENESIS_HASH];
  const rows = Array.from({ length: count }, () => {
    const entry = { seq: ++seq, at: '2026-03-01T10:00:00.000Z', tenant: TENANT, type: 't', actor: 'a', data: { seq } };
    const row = { ...entry, tenant_id: TENANT, previous_hash, hash: ledgerHash(previous_hash, entry) };
    previous_hash = row.hash;
    return row;
  });
  await client.query('insert into ledger select * from jsonb_populate_recordset(null::ledger, $1)', [
    JSON.stringify(rows),
  ]);
}
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

/** Someone with the rights of the owner, past the trigger. */
async function force(table: string, statement: string): Promise<void> {
  await client.query(`alter table ${table} disable trigger all; ${statement}; alter table ${table} enable trigger all`);
}

test('an empty ledger has no checkpoint, and what comes makes one due, after its time or for a certificate at once', async () => {
  const { store } = world;
  assert.equal(await store.ledgerCheckpointDue(0), false);
  assert.equal(await store.makeLedgerCheckpoint(sign), null);
  assert.equal(await store.ledgerCheckpoint(), null);
  await entries(5);
  assert.equal(await store.ledgerCheckpointDue(60_000), true);
  const first = await store.makeLedgerCheckpoint(sign);
  assert.equal(first?.size, 5);
  assert.equal(await store.makeLedgerCheckpoint(sign), null, 'nothing came');
  assert.equal(await store.ledgerCheckpointDue(0), false);
  await entries(1);
  assert.equal(await store.ledgerCheckpointDue(60_000), false);
  assert.equal(await store.ledgerCheckpointDue(0), true);
  await store.appendLedger(TENANT, 'certificate.issued', 'tester', { certificate_id: 'c' });
  assert.equal(await store.ledgerCheckpointDue(60_000), true);
  assert.equal((await store.ledgerEntry(TENANT, { certificate_id: 'c' }))?.seq, 7);
  assert.equal(await store.ledgerEntry('another', { certificate_id: 'c' }), null);
  assert.equal(await store.ledgerEntry('another', { seq: 7 }), null);
});

test('the tree over stored subtrees is the tree over all entries, at every size of many', async () => {
  const { store } = world;
  for (const count of [593, 600]) {
    await entries(count - (await store.readLedger({ limit: 2000 })).length);
    await store.makeLedgerCheckpoint(sign);
  }
  const leaves = (await store.readLedger({ limit: 2000 })).map(({ hash }) => entryLeaf(hash));
  assert.equal(leaves.length, 600);
  const read = (nodes: Parameters<typeof store.ledgerNodes>[0]) => store.ledgerNodes(nodes);
  for (const { size, root } of signed) assert.equal(hex(root), hex(merkleRoot(leaves.slice(0, size))));
  for (const size of [1, 255, 256, 257, 511, 512, 513, 600])
    assert.equal(hex(await treeRoot(read, size)), hex(merkleRoot(leaves.slice(0, size))));
  const inclusion = await proveInclusion(read, 300, 600);
  assert.equal(hex(inclusion.at(-1)!), hex(merkleRoot(leaves.slice(512))));
  assert.equal(hex((await proveConsistency(read, 256, 512))[0]!), hex(merkleRoot(leaves.slice(256, 512))));
  const { rows } = await client.query<{ level: number; index: string }>('select level, index from ledger_nodes');
  assert.deepEqual(
    rows.map(({ level, index }) => [level, Number(index)]),
    [
      [8, 0],
      [8, 1],
    ],
  );
  assert.deepEqual(
    (await store.ledgerCheckpoints({ after: 5, limit: 10 })).map(({ size }) => size),
    [593, 600],
  );
  assert.equal((await store.ledgerCheckpoint(593))?.checkpoint, 'note of 593');
});

test('checkpoints and subtrees are append-only; nothing is signed over entries that are not those of before', async () => {
  const { store } = world;
  for (const table of ['ledger_nodes', 'ledger_checkpoints'])
    await assert.rejects(client.query(`delete from ${table}`), /append-only/);
  await entries(1);
  const before = signed.length;
  const refused = (why: RegExp) =>
    assert.rejects(store.makeLedgerCheckpoint(sign), { code: 'ledger-altered', message: why });
  const { rows } = await client.query<{ hash: string }>('select hash from ledger where seq = 600');
  await force('ledger', `update ledger set hash = 'sha256:${'0'.repeat(64)}' where seq = 600`);
  await refused(/first 600 entries are not those/);
  await force('ledger', `update ledger set hash = '${rows[0]!.hash}' where seq = 600`);
  await force('ledger', `update ledger set actor = 'me' where seq = 601`);
  await refused(/Entry 601 does not follow/);
  await force('ledger', 'delete from ledger where seq > 590');
  await refused(/Of 600 entries .* 590 are left/);
  await force('ledger_nodes', `update ledger_nodes set hash = '\\x${hex(leafHash(Buffer.of()))}' where index = 1`);
  await assert.rejects(
    proveInclusion((nodes) => store.ledgerNodes(nodes), 599, 600),
    { code: 'ledger-altered' },
  );
  assert.equal(signed.length, before);
});
