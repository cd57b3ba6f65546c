// What has to hold after a soak: states, certificates, publications, files, the ledger. Every check says what is wrong with it.
import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { checkCertificate } from '../../src/cli/check-certificate.ts';
import type { DeletionRequest, Model, Run } from '../../src/domain/resources.ts';
import type { VerificationReport } from '../../src/domain/verification.ts';
import type { LedgerEntry } from '../../src/runs/ports.ts';
import { RECORDS_EACH } from './cast.ts';
import type { Filed } from './file.ts';
import type { House } from './house.ts';
import { doubles } from './ledger.ts';
import type { Stubborn } from './stubborn.ts';

export interface Check {
  name: string;
  /** What was looked at. */
  count: number;
  wrong: string[];
}

export interface Scene {
  client: Stubborn;
  house: House;
  databaseUrl: string;
  filed: readonly Filed[];
  models: readonly Model[];
}

const CLI = fileURLToPath(new URL('../../src/cli/expunge.ts', import.meta.url));
/** A certificate's proof follows within moments of its entry. */
const PROOF_MS = 90_000;

const read = async <T>({ client }: Scene, path: string): Promise<T> => (await client.get(path)).body as T;

export async function query<T extends pg.QueryResultRow>(url: string, text: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<T>(text)).rows;
  } finally {
    await client.end();
  }
}

async function states(scene: Scene, seen: DeletionRequest[]): Promise<Check> {
  const wrong = scene.filed.flatMap(({ asked, id, ends }, i) =>
    seen[i]!.state === ends ? [] : [`${asked.kind} ${id} is ${seen[i]!.state}, not ${ends}`],
  );
  const [{ count }] = (await query<{ count: number }>(
    scene.databaseUrl,
    'select count(*)::int as count from deletion_requests',
  )) as [{ count: number }];
  if (count !== scene.filed.length) wrong.push(`${scene.filed.length} were filed, ${count} are stored`);
  return { name: 'every request ended as it has to, and there is no other', count, wrong };
}

/** The certificate with its proof; waits for the latter. */
async function proven(scene: Scene, id: string): Promise<{ jws: string; proof: unknown }> {
  for (const until = Date.now() + PROOF_MS; ; await sleep(500)) {
    const found = await read<{ jws: string; proof: unknown }>(scene, `/v1/certificates/${id}`);
    if (found.proof !== null || Date.now() > until) return found;
  }
}

async function certificates(scene: Scene, seen: DeletionRequest[]): Promise<Check> {
  const wrong: string[] = [];
  let count = 0;
  const jwks = await read<{ keys: Record<string, unknown>[] }>(scene, '/.well-known/jwks.json');
  for (const { id, state, targets, certificate_ids } of seen) {
    const due = ['completed', 'completed_no_data'].includes(state) ? Math.max(1, targets.length) : 0;
    if (certificate_ids.length !== due)
      wrong.push(`${state} ${id} has ${certificate_ids.length} certificates, not ${due}`);
    for (const certificate of certificate_ids) {
      count++;
      const { jws, proof } = await proven(scene, certificate);
      const check = await checkCertificate({ jws, proof: JSON.stringify(proof), checkpoint: null }, jwks);
      if (!check.ok) wrong.push(`certificate ${certificate}: ${check.reason}`);
    }
  }
  return { name: 'every certificate verifies offline, with its proof from the ledger', count, wrong };
}

async function entriesOf(scene: Scene): Promise<LedgerEntry[]> {
  const all: LedgerEntry[] = [];
  for (;;) {
    const after = all.at(-1)?.seq ?? 0;
    const { items } = await read<{ items: LedgerEntry[] }>(scene, `/v1/ledger/entries?limit=1000&after=${after}`);
    if (items.length === 0) return all;
    all.push(...items);
  }
}

/** What each model answers from, and what was published last, in one look: a consolidation may be published at any time. */
const aliases = ({ databaseUrl }: Scene) =>
  query<{ name: string; active: string; last: string | null }>(
    databaseUrl,
    `select m.name, m.active, coalesce((select l.data->>'checkpoint' from ledger l
        where l.tenant_id = m.tenant_id and l.type = 'run.published' and l.data->>'model_id' = m.id::text
        order by l.seq desc limit 1),
      (select c.digest from checkpoints c where c.tenant_id = m.tenant_id and c.model_id = m.id and c.run_id is null
        order by c.created_at limit 1)) as last
     from models m`,
  );

async function publications(scene: Scene, entries: LedgerEntry[]): Promise<Check> {
  const wrong = doubles(entries);
  const published = entries.filter(({ type }) => type === 'run.published');
  for (const { data } of published) {
    const [run, report] = [
      await read<Run>(scene, `/v1/runs/${data.run_id}`),
      await read<VerificationReport>(scene, `/v1/runs/${data.run_id}/verification`),
    ];
    if (run.state !== 'published' || run.candidate !== data.checkpoint) wrong.push(`run ${run.id} is ${run.state}`);
    if (report.verdict !== 'passed') wrong.push(`run ${run.id} was published, and its verification ${report.verdict}`);
  }
  for (const { name, active, last } of await aliases(scene))
    if (active !== last) wrong.push(`model ${name} answers from ${active}, and ${last} was published last`);
  return {
    name: 'each publication happened once, in line, after a passed verification',
    count: published.length,
    wrong,
  };
}

/** Records that are gone from a model are those of whoever was completed, and nobody else's. */
async function erased(scene: Scene): Promise<Check> {
  const rows = await query<{ model_id: string; count: number }>(
    scene.databaseUrl,
    'select model_id, count(*)::int as count from erased_records group by model_id',
  );
  const wrong = scene.models.flatMap(({ id, name }, i) => {
    const people = scene.filed.filter(({ asked, ends }) => ends === 'completed' && asked.models.includes(i));
    const [due, found] = [people.length * RECORDS_EACH, rows.find((row) => row.model_id === id)?.count ?? 0];
    return due === found ? [] : [`${found} records are erased of ${name}, and ${due} were to be`];
  });
  return { name: 'exactly the records of completed people are erased', count: rows.length, wrong };
}

async function files({ house, databaseUrl }: Scene): Promise<Check> {
  const { DATA_DIR } = house.env as { DATA_DIR: string };
  const names = (folder: string) => readdir(join(DATA_DIR, folder)).catch(() => [] as string[]);
  const known = await query<{ name: string }>(
    databaseUrl,
    `select replace(digest, ':', '-') as name from checkpoints where deleted_at is null
     union select run_id || '.' || key_id || '.sealed' from kept_probes where shredded_at is null`,
  );
  const needed = new Set(known.map(({ name }) => name));
  const stored = [
    ...(await names('checkpoints')).filter((name) => name.startsWith('sha256-')),
    ...(await names('probes')).filter((name) => name.endsWith('.sealed')),
  ];
  const orphans = stored.filter((name) => !needed.has(name));
  const missing = [...needed].filter((name) => !stored.includes(name));
  const work = await names('checkpoints/work');
  const wrong = [
    ...orphans.map((name) => `nobody needs ${name}`),
    ...missing.map((name) => `${name} is missing`),
    ...work.map((name) => `a work folder is left: ${name}`),
  ];
  return { name: 'no file is left over, and none is missing', count: stored.length, wrong };
}

async function ledger({ house }: Scene, entries: LedgerEntry[]): Promise<Check> {
  const { code, text } = await new Promise<{ code: number; text: string }>((resolve) => {
    const options = { env: { ...process.env, ...house.env }, maxBuffer: 2 ** 26 };
    execFile(process.execPath, [CLI, 'ledger', 'verify', '--json'], options, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : 1, text: `${stdout}${stderr}` }),
    );
  });
  return { name: '`expunge ledger verify` finds it intact', count: entries.length, wrong: code === 0 ? [] : [text] };
}

/** Files go a moment after the rows that name them. */
async function settledFiles(scene: Scene): Promise<Check> {
  for (const until = Date.now() + 30_000; ; await sleep(1000)) {
    const check = await files(scene);
    if (check.wrong.length === 0 || Date.now() > until) return check;
  }
}

/** All checks, on a service that still runs and suffers no more faults. */
export async function audit(scene: Scene): Promise<Check[]> {
  const seen: DeletionRequest[] = [];
  for (const { id } of scene.filed) seen.push(await read<DeletionRequest>(scene, `/v1/deletion-requests/${id}`));
  const checks = [await states(scene, seen), await certificates(scene, seen)];
  const entries = await entriesOf(scene);
  return [
    ...checks,
    await publications(scene, entries),
    await erased(scene),
    await settledFiles(scene),
    await ledger(scene, entries),
  ];
}
