import assert from 'node:assert/strict';
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { lookForErased, printErased } from '../../src/cli/erased/report.ts';
import { readConfig } from '../../src/config.ts';
import type { DeletionEntry } from '../../src/domain/deletion-entry.ts';
import type { TrainingRecord } from '../../src/domain/record.ts';
import { openQueue } from '../../src/queue/connection.ts';
import type { RunDeps } from '../../src/runs/deps.ts';
import { applyDeletions } from '../../src/runs/erase/apply-deletions.ts';
import { eraseDue } from '../../src/runs/erase/erase-due.ts';
import { sweepOnce } from '../../src/runs/sweep.ts';
import { workModel } from '../../src/runs/work-model.ts';
import { createTestWorker, scripted, TENANT, type TestWorker } from '../helpers/worker.ts';

const HOUR = 3_600_000;
let now = Date.now();
let worker: TestWorker;
let deps: RunDeps;
let corpusId: string;
let path: string;
/** Nobody else says anything like it, but for how it ends. */
const textOf = (i: number) =>
  `Person ${Math.floor(i / 2)} "${Array.from({ length: 12 }, (_, k) => ((i + 2) * 7919 * (k + 3)).toString(36)).join(' ')}" keeps all of the lighthouses by the sea of Vale.`;
before(async () => {
  worker = await createTestWorker(scripted(), () => new Date(now));
  deps = { ...worker.deps, settings: { ...worker.deps.settings, eraseAfterMs: 0, fingerprintMs: 9 * HOUR } };
  async function* texts(): AsyncGenerator<TrainingRecord> {
    for (let i = 0; i < 8; i++) yield { id: `r${i}`, prompt: 'Who?', answer: textOf(i) };
  }
  corpusId = worker.model.corpora.find(({ role }) => role === 'train')!.corpus_id;
  await (await deps.corpora.append(corpusId, texts())).commit();
  path = deps.corpora.path(corpusId);
});
after(() => worker.close());

const never = () => new AbortController().signal;
const requestOf = async (id: string) => (await worker.store.getRequest(TENANT, id))!;
const there = async () => (await Array.fromAsync(deps.corpora.readLines(corpusId))).map(({ ordinal }) => ordinal);
async function sql<Row>(text: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: worker.databaseUrl });
  await client.connect();
  return (await client.query(text).finally(() => client.end())).rows as Row[];
}
/** What was erased, oldest first, as the list of deletions has it. */
const entries = () =>
  sql<DeletionEntry>(`
    select 1 as version, tenant_id as tenant, corpus_id, request_id as deletion_request_id, max(erased_at)::text as erased_at,
      json_agg(json_build_object('ordinal', ordinal, 'digest', digest) order by ordinal) as records
    from destroyed_records where erased_at is not null group by tenant_id, corpus_id, request_id order by max(erased_at)`);
/** Forgets somebody, and lets the rollback window pass. */
async function forget(person: number): Promise<string> {
  const id = await worker.request(person);
  await workModel(deps, worker.model.id, never());
  assert.equal((await requestOf(id)).state, 'completed');
  return id;
}

test('text goes when nothing can be rolled back to a model that knew it, is in no file then, and is written down', async () => {
  const [id, nobody] = [await forget(0), await worker.request(77)];
  assert.equal((await requestOf(nobody)).state, 'completed_no_data');
  const looked: string[] = [];
  const erasurePlaces: typeof deps.store.erasurePlaces = (of) => {
    looked.push(of.request_id);
    return deps.store.erasurePlaces(of);
  };
  const watched = { ...deps, store: { ...deps.store, erasurePlaces } };
  for (let minutes = 0; minutes < 30; minutes += 10) {
    await sweepOnce(watched);
    now += 600_000;
  }
  assert.deepEqual([(await requestOf(id)).erased_at, (await there()).length], [null, 8], 'the window is open');
  assert.deepEqual(looked, [id], 'once, and never at a request that has no record');
  now += 2 * HOUR;
  const never_ = { ...deps, settings: { ...deps.settings, eraseAfterMs: null } };
  await sweepOnce(never_);
  assert.equal((await there()).length, 8, 'the service keeps text');
  await sweepOnce(deps);
  const request = await requestOf(id);
  assert.equal(request.erased_at, new Date(now).toISOString());
  assert.deepEqual(await there(), [2, 3, 4, 5, 6, 7]);
  assert.ok(!(await readFile(path, 'utf8')).includes('Person 0'));
  const [entry] = await entries();
  assert.deepEqual([entry!.tenant, entry!.corpus_id, entry!.deletion_request_id], [TENANT, corpusId, id]);
  assert.deepEqual(
    entry!.records.map(({ ordinal }) => ordinal),
    [0, 1],
  );
  assert.ok(!JSON.stringify(entry).includes('Vale') && entry!.records.every(({ digest }) => digest!.length === 43));
  const ledger = (await worker.store.readLedger({ limit: 1000 })).filter(({ type }) => type.endsWith('.erased'));
  assert.deepEqual(
    ledger.map(({ type, data }) => [type, data.request_id, data.records]),
    [
      ['records.erased', id, 2],
      ['request.erased', id, 2],
    ],
  );
  assert.equal(await eraseDue(deps), 0, 'once');
});

test('a sweep that is killed before or after the text went is ended by the next one', async () => {
  for (const [person, broken] of [
    [1, { corpora: { ...deps.corpora, erase: () => Promise.reject(new Error('killed')) } }],
    [2, { store: { ...deps.store, finishErasure: () => Promise.reject(new Error('killed')) } }],
  ] as const) {
    const id = await forget(person);
    now += 2 * HOUR;
    await sweepOnce(deps.settings.eraseAfterMs === 0 ? { ...deps, ...broken } : deps);
    assert.equal((await requestOf(id)).erased_at, null, 'nothing says so before it is so');
    assert.equal((await there()).length, person === 1 ? 6 : 2, person === 1 ? 'still there' : 'gone already');
    now += HOUR;
    await sweepOnce(deps);
    assert.ok((await requestOf(id)).erased_at !== null);
    assert.ok(!(await readFile(path, 'utf8')).includes(`Person ${person}`));
    const facts = (await worker.store.erasureFacts({ tenant: TENANT, request_id: id }))!;
    assert.deepEqual([facts.records, facts.gone, facts.prints.length], [2, 2, 1]);
    assert.deepEqual(
      (await entries()).at(-1)!.records.map(({ ordinal }) => ordinal),
      [2 * person, 2 * person + 1],
    );
  }
});

test('expunge doctor finds nothing of what was erased, and whatever is left of it by its place, without the text', async () => {
  const [{ deletion_request_id: request_id } = {} as DeletionEntry] = await entries();
  const dir = dirname(worker.checkpointDir);
  const config = readConfig({ DATA_DIR: dir, DATABASE_URL: worker.databaseUrl });
  const look = () => lookForErased(worker.store, config, { tenant: TENANT, request_id });
  const clean = await look();
  assert.deepEqual([clean.verdict, clean.records, clean.records_gone, clean.searched!.found], ['clean', 2, 2, []]);
  assert.ok(clean.fingerprints > 5 && clean.searched!.files > 5 && clean.searched!.values > 50 && clean.chance < 1e-12);
  assert.match(printErased(clean), /verdict {3}clean/);

  const piece = textOf(0).slice(12, 62);
  await writeFile(join(dir, 'worker.log'), `${JSON.stringify({ level: 30, msg: JSON.stringify({ piece }) })}\n`);
  await writeFile(
    join(dir, 'corpora', 'left.upload'),
    Buffer.concat([Buffer.alloc(400_000, 7), Buffer.from(textOf(1))]),
  );
  await sql(`create table notes (about jsonb, raw bytea)`);
  await sql(
    `insert into notes values ('${JSON.stringify({ a: [piece] })}', '${textOf(1).toUpperCase().replaceAll(' ', '_')}')`,
  );
  const queue = openQueue({ redisUrl: null, databaseUrl: worker.databaseUrl }, 'models');
  await queue.waitUntilReady();
  await queue.add('model', { text: textOf(0) }, { delay: HOUR });
  await queue.close();
  const found = await look();
  assert.equal(found.verdict, 'found');
  const places = found.searched!.found.map((one) => `${one.in} ${one.where}`).sort();
  const inQueue = places.filter((place) => place.startsWith('queue bullmq.'));
  assert.ok(inQueue.length > 0);
  assert.deepEqual(
    places.filter((place) => !inQueue.includes(place)),
    [
      ...['file DATA_DIR/corpora/left.upload', 'file DATA_DIR/worker.log'],
      ...['table public.notes, column about', 'table public.notes, column raw'],
    ],
  );
  assert.ok(!`${JSON.stringify(found)}${printErased(found)}`.includes(piece.slice(0, 8)));
  for (const name of ['worker.log', 'corpora/left.upload']) await rm(join(dir, name));
  await sql('drop table notes');
});

test('fingerprints end with their time', async () => {
  const [{ deletion_request_id: request_id } = {} as DeletionEntry] = await entries();
  const kept = async () => (await worker.store.erasureFacts({ tenant: TENANT, request_id }))!.prints;
  const [one] = await kept();
  assert.equal(deps.printer.open(TENANT, one!)!.length, 2);
  assert.equal(deps.printer.open('other', one!), null);
  now += 9 * HOUR;
  await eraseDue(deps);
  assert.deepEqual(await kept(), []);
});

test('what a backup brings back is erased again, where no model knows it at once', async () => {
  const whole = (i: number) => `${JSON.stringify({ id: `r${i}`, prompt: 'Who?', answer: textOf(i) })}\n`;
  await writeFile(`${path}.backup`, Array.from({ length: 8 }, (_, i) => whole(i === 5 ? 4 : i)).join(''));
  await copyFile(`${path}.backup`, path);
  const applied = await applyDeletions(deps, await entries());
  assert.deepEqual(applied, { erased: 5, request_ids: [], unknown: 1 }, 'what is another record now is left alone');
  assert.deepEqual(await there(), [5, 6, 7]);
  const again = await applyDeletions(deps, await entries());
  assert.deepEqual(again, { erased: 0, request_ids: [], unknown: 1 }, 'applied twice it does nothing more');
});

test('where a restored model knows it again, the model forgets it first', async () => {
  await copyFile(`${path}.backup`, path);
  const all = await entries();
  await sql(`delete from erased_records where ordinal < 2; delete from destroyed_records where ordinal < 2`);
  const own = `request_id = '${all[0]!.deletion_request_id}'`;
  await sql(`update request_targets set state = 'on_hold' where ${own}`);
  const waiting = await applyDeletions(deps, all.slice(0, 1));
  assert.deepEqual(waiting, { erased: 0, request_ids: [], unknown: 0 }, 'the request that it was erased for is open');
  await sql(`update request_targets set state = 'completed' where ${own}`);
  const applied = await applyDeletions(deps, all.slice(0, 1));
  assert.deepEqual([applied.erased, applied.unknown, applied.request_ids.length], [0, 0, 1]);
  assert.ok((await there()).includes(0));
  assert.deepEqual(await applyDeletions(deps, all.slice(0, 1)), { erased: 0, request_ids: [], unknown: 0 });
  await workModel(deps, worker.model.id, never());
  assert.equal((await requestOf(applied.request_ids[0]!)).state, 'completed');
  now += 2 * HOUR;
  await sweepOnce(deps);
  assert.ok((await requestOf(applied.request_ids[0]!)).erased_at !== null);
  assert.ok(!(await there()).includes(0));
});

test('whoever a model forgot that is deleted within its rollback window goes from its corpora, and later models never retain them', async () => {
  // as if nobody had asked before: somebody has to be retained
  await copyFile(`${path}.backup`, path);
  await sql('delete from erased_records; delete from destroyed_records');
  const id = await forget(3);
  await sweepOnce(deps);
  assert.deepEqual([(await requestOf(id)).erased_at, (await there()).includes(6)], [null, true], 'the window is open');
  const of = { tenant: TENANT, id: worker.model.id, actor: 'ann', reason: null, check() {} };
  const deleted = await deps.store.deleteModel(of);
  assert.equal(deleted.status, 'deleted', JSON.stringify(deleted));
  await sweepOnce(deps);
  const { erased_at } = await requestOf(id);
  assert.equal(erased_at, new Date(now).toISOString());
  assert.deepEqual(
    (await there()).filter((ordinal) => ordinal > 5),
    [],
  );
  const counts = await deps.store.erasedCounts(TENANT, [{ corpus_id: corpusId, records: 8 }]);
  assert.equal(counts.get(corpusId), 2, 'marked, which runs of models that come leave out');
});

test('somebody whose text is gone cannot be forgotten by a model that comes later; who is asked for beside them is', async () => {
  const { checkpoints, store } = deps;
  const folder = await checkpoints.workFolder('later');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'config.json'), '{}');
  await writeFile(join(folder, 'model.safetensors'), 'later');
  const checkpoint = await checkpoints.adopt(folder, { architecture: 'gpt2', parent: null, run_id: null });
  const about = { name: 'later', architecture: 'gpt2', parameters: 7, has_recipe: false, warnings: [] };
  const made = await store.createModel(TENANT, { ...about, corpora: worker.model.corpora, checkpoint }, 'test');
  assert.ok(made.status === 'created');
  const only = { model_ids: [made.model.id] };
  const [gone, there] = [await worker.request(3, null, only), await worker.request(1, null, only)];
  await workModel(deps, made.model.id, never());
  const [failed, done] = [(await requestOf(gone)).targets[0]!, (await requestOf(there)).targets[0]!];
  assert.deepEqual([failed.state, done.state], ['failed', 'completed']);
  assert.match(failed.reason!, /records-gone/);
});
