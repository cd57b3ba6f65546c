// The ledger at size: a checkpoint over all of it and one over a little more, proofs, the check of everything.
// `--entries 1000000`, `--json`.
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { checkLedger } from '../src/cli/check-ledger.ts';
import { GENESIS_HASH, ledgerHash } from '../src/evidence/ledger.ts';
import { checkInclusion } from '../src/evidence/ledger-proof.ts';
import { consistencyOf, inclusionOf } from '../src/evidence/prove.ts';
import { createSigner } from '../src/evidence/signer.ts';
import type { LedgerEntry, Signer, Store } from '../src/runs/ports.ts';
import { startEmbeddedPostgres } from '../src/store/embedded.ts';
import { createStore } from '../src/store/store.ts';

const { values: flags } = parseArgs({
  options: { entries: { type: 'string', default: '100000' }, json: { type: 'boolean', default: false } },
});
const ENTRIES = Number(flags.entries);
const PROOFS = 50;
const MORE = 100;
const BATCH = 10_000;

function* chain(count: number): Generator<LedgerEntry[]> {
  let previous_hash = GENESIS_HASH;
  for (let seq = 1; seq <= count; ) {
    const batch: LedgerEntry[] = [];
    for (; batch.length < BATCH && seq <= count; seq++) {
      const about = { seq, at: '2026-03-01T10:00:00.000Z', tenant: 'default', type: 'request.created', actor: 'api' };
      const data = { request_id: `01a2185f-23fc-7569-94ee-${String(seq).padStart(12, '0')}`, digest: previous_hash };
      const hash = ledgerHash(previous_hash, { ...about, data });
      batch.push({ ...about, data, previous_hash, hash });
      previous_hash = hash;
    }
    yield batch;
  }
}

/** As the store would write them, but at once: what is measured is what comes after. */
async function fill(client: pg.Client): Promise<void> {
  for (const batch of chain(ENTRIES)) {
    const rows = batch.map(({ tenant, ...entry }) => ({ ...entry, tenant_id: tenant }));
    const statement = 'insert into ledger select * from jsonb_populate_recordset(null::ledger, $1)';
    await client.query(statement, [JSON.stringify(rows)]);
  }
  await client.query('analyze ledger');
}

async function timed<T>(work: () => Promise<T>): Promise<[milliseconds: number, result: T]> {
  const started = performance.now();
  const result = await work();
  return [performance.now() - started, result];
}

async function measure(store: Store, signer: Signer) {
  const sign = () => store.makeLedgerCheckpoint((head) => signer.signTree(head));
  const [first_checkpoint_ms, first] = await timed(sign);
  for (let i = 0; i < MORE; i++) await store.appendLedger('default', 'test.entry', 'bench', { i });
  const [next_checkpoint_ms, next] = await timed(sign);
  const jwks = await signer.jwks();
  const times: number[] = [];
  for (let i = 0; i < PROOFS; i++) {
    const entry = await store.ledgerEntry('default', { seq: 1 + Math.floor((i * ENTRIES) / PROOFS) });
    const [ms, proof] = await timed(() => inclusionOf(store, entry!, next!));
    if (!checkInclusion(proof, jwks).ok) throw new Error(`The proof of entry ${entry!.seq} does not hold`);
    times.push(ms);
  }
  times.sort((a, b) => a - b);
  const [consistency_proof_ms] = await timed(() => consistencyOf(store, first!.size, next!.size));
  const [verify_all_ms, check] = await timed(() => checkLedger(store, jwks));
  if (!check.ok) throw new Error(check.reason);
  const inclusion = { inclusion_proof_ms: times[PROOFS / 2]!, slowest_inclusion_proof_ms: times.at(-1)! };
  return { first_checkpoint_ms, next_checkpoint_ms, ...inclusion, consistency_proof_ms, verify_all_ms };
}

const SIZES = `select pg_total_relation_size('ledger') as ledger_bytes, pg_total_relation_size('ledger_nodes') as subtree_bytes`;

const home = await mkdtemp(join(tmpdir(), 'expunge-bench-'));
await chmod(home, 0o711);
const postgres = await startEmbeddedPostgres(home);
const store = createStore({ url: postgres.url });
const client = new pg.Client({ connectionString: postgres.url });
try {
  await store.migrate();
  await client.connect();
  await fill(client);
  const signer = await createSigner({ keys: { dir: join(home, 'keys'), subjectKeyFile: null, signingKeyFile: null } });
  const measured = await measure(store, signer);
  const { rows } = await client.query<{ ledger_bytes: string; subtree_bytes: string }>(SIZES);
  const sizes = { ledger_bytes: Number(rows[0]!.ledger_bytes), subtree_bytes: Number(rows[0]!.subtree_bytes) };
  const result = { entries: ENTRIES, ...measured, ...sizes, peak_rss_bytes: process.resourceUsage().maxRSS * 1024 };
  if (flags.json) process.stdout.write(`${JSON.stringify(result)}\n`);
  else
    for (const [name, value] of Object.entries(result))
      process.stdout.write(`${name}: ${Math.round(value * 10) / 10}\n`);
} finally {
  await client.end();
  await store.close();
  await postgres.stop();
  await rm(home, { recursive: true, force: true });
}
