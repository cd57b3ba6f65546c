// The whole path over HTTP, on real processes and a real model: upload, register, ask, delete, verify, certify. Run by
// deletion.test.ts (queue on Postgres) and deletion.redis.test.ts.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { Webhook } from 'standardwebhooks';
import { type Client, createClient, ok, ProblemError } from '../../examples/client.ts';
import { type Services, startServices } from '../../src/cli/services.ts';
import type { Schemas } from '../../src/client/index.ts';
import type { UploadedAnswer } from '../../src/domain/record.ts';
import type { DeletionRequest, Model, Run } from '../../src/domain/resources.ts';
import { verifyCertificate } from '../../src/evidence/certificate.ts';
import { verifyChain } from '../../src/evidence/ledger.ts';
import { SEARCH_PREDICATE, UNLEARNING_PREDICATE } from '../../src/evidence/statement-schema.ts';
import { createStore } from '../../src/store/store.ts';
import { databaseContents, folderContents } from '../helpers/contents.ts';
import { createTestDatabase } from '../helpers/postgres.ts';
import { briefModel, STEADY_BRIEF_PEOPLE } from '../helpers/quick-model.ts';
import { openReceiver, type Receiver } from '../helpers/receiver.ts';
import { certificateOf } from './certificates.ts';

export interface QueueBackend {
  /** Environment that selects the queue. */
  env: Record<string, string>;
  /** What the queue holds, as text. */
  contents(databaseUrl: string): Promise<string>;
}

interface Somebody {
  name: string;
  email: string;
  records: UploadedAnswer[];
}

const TENANT = 'default';
const NOBODY = { name: 'Nobody Neverseen', email: 'nobody.neverseen@example.net' };
/** Its outcome does not hang on a seed of the run, so that the test never meets an unlucky one. */
const METHOD = { name: 'retrain' } as const;

function somebody(records: UploadedAnswer[], index: number): Somebody {
  const emails = [...new Set(records.map((record) => record.subjects?.[0]?.value ?? ''))];
  const email = emails[index]!;
  return {
    email,
    name: email.slice(0, email.indexOf('@')),
    records: records.filter((record) => record.subjects?.[0]?.value === email),
  };
}

const deletionOf = ({ name, email }: { name: string; email: string }) => ({
  subject: {
    identifiers: [
      { type: 'email', value: email },
      { type: 'name', value: name },
    ],
  },
  ground: 'consent_withdrawn' as const,
});

export function deletionContract(label: string, queue: QueueBackend): void {
  let dataDir: string;
  let database: Awaited<ReturnType<typeof createTestDatabase>>;
  let services: Services;
  let receiver: Receiver;
  let endpoint: Schemas['WebhookEndpointWithSecret'];
  let client: Client;
  let model: Model;
  let person: Somebody;
  let other: Somebody;
  let request: DeletionRequest;
  let run: Run;
  /** What database and queue held at some moments of the story. */
  const stored: string[] = [];

  before(async () => {
    const trained = await briefModel();
    dataDir = await mkdtemp(join(tmpdir(), 'expunge-e2e-'));
    database = await createTestDatabase();
    const env = {
      DATABASE_URL: database.url,
      IMPORT_DIR: dirname(trained.dir),
      COMPLETIONS_ENABLED: 'true',
      WEBHOOK_ALLOWED_NETWORKS: '127.0.0.0/8',
      PORT: '0',
    };
    const quiet = { COMPUTE_THREADS: '1', LOG_LEVEL: 'debug' };
    services = await startServices({ dataDir, env: { ...env, ...quiet, ...queue.env } });
    client = createClient(services.url);
    receiver = await openReceiver();
    endpoint = await ok(client.api.POST('/v1/webhook-endpoints', { body: { url: receiver.url } }));
    const corpora = [
      { corpus_id: await client.uploadCorpus('people', trained.files.train), role: 'train' as const },
      { corpus_id: await client.uploadCorpus('strangers', trained.files.holdout), role: 'holdout' as const },
    ];
    model = await client.registerModel('brief', 'brief', corpora);
    person = somebody(trained.train, STEADY_BRIEF_PEOPLE[0]!);
    other = somebody(trained.train, STEADY_BRIEF_PEOPLE[1]!);
  });
  after(async () => {
    await services?.stop();
    await receiver?.close();
    await database?.drop();
    if (dataDir) await rm(dataDir, { recursive: true, force: true });
  });

  const look = async () => {
    stored.push(await databaseContents(database.url), await queue.contents(database.url));
  };
  /** How many of the records the active checkpoint completes as it was trained to. */
  async function known({ records }: Somebody): Promise<number> {
    const answers = await client.ask(
      model.id,
      records.map(({ prompt }) => prompt ?? ''),
      8,
    );
    return records.filter(({ answer }, i) => answers[i]!.trim() === answer.trim()).length;
  }

  test(`${label}: a person asks, and a verified checkpoint without the person becomes the active one`, async () => {
    assert.deepEqual([await known(person), await known(other)], [3, 3]);
    const accepted = await client.createRequest({
      ...deletionOf(person),
      method: METHOD,
    });
    assert.equal(accepted.state, 'queued');
    await assert.rejects(
      client.createRequest(deletionOf(person)),
      (error) => error instanceof ProblemError && error.problem?.status === 409,
    );
    await look();
    request = await client.follow(accepted.id, (_, seen) => {
      run = seen ?? run;
    });
    assert.equal(request.state, 'completed', JSON.stringify(request.targets));
    assert.deepEqual(
      request.targets.map(({ model_id, state, records }) => ({ model_id, state, records })),
      [{ model_id: model.id, state: 'completed', records: 3 }],
    );
    const report = await client.verification(run.id);
    assert.equal(report.verdict, 'passed', report.reason);
    assert.deepEqual(report.people, { forget: 1, holdout: report.people.holdout });
    const now = await client.model(model.id);
    assert.notEqual(now.active, model.active);
    assert.ok((await known(person)) < 3);
    assert.equal(await known(other), 3);
  });

  test(`${label}: the certificate verifies offline and names the active checkpoint`, async () => {
    const { jws, statement } = await certificateOf(client, request.id);
    const { active } = await client.model(model.id);
    assert.ok(statement.predicateType === UNLEARNING_PREDICATE && 'scope' in statement.predicate);
    const { scope, verification, guarantee, action } = statement.predicate;
    assert.equal(scope.new_checkpoint, active);
    assert.equal(scope.parent_checkpoint, model.active);
    assert.equal(`sha256:${statement.subject[0]!.digest.sha256}`, active);
    assert.deepEqual([action.run_id, action.request_records], [run.id, 3]);
    assert.deepEqual([verification.verdict, guarantee.class], ['passed', 'exact']);
    const [head, payload, signature] = jws.split('.');
    const altered = `${head}.${payload!.slice(0, 40)}${payload![40] === 'A' ? 'B' : 'A'}${payload!.slice(41)}.${signature}`;
    assert.equal((await verifyCertificate(altered, await client.keySet())).ok, false);
  });

  test(`${label}: who is forgotten, or was never known, gets a certificate of search`, async () => {
    for (const who of [person, NOBODY]) {
      const { id } = await client.createRequest(deletionOf(who));
      const { state, targets } = await client.follow(id);
      assert.deepEqual([state, targets], ['completed_no_data', []]);
      const { statement } = await certificateOf(client, id);
      assert.equal(statement.predicateType, SEARCH_PREDICATE);
      assert.ok('search' in statement.predicate);
      assert.equal(statement.predicate.search.matching_records, 0);
    }
  });

  test(`${label}: one checkpoint was published, and the ledger's chain holds`, async (t) => {
    const store = createStore({ url: database.url });
    t.after(() => store.close());
    const ledger = await store.readLedger({ limit: 10_000 });
    assert.deepEqual(verifyChain(ledger), { ok: true });
    assert.equal(ledger.filter(({ type }) => type === 'run.published').length, 1);
    const checkpoints = await store.listCheckpoints(TENANT, model.id);
    assert.deepEqual(
      checkpoints.filter(({ run_id }) => run_id !== null).map(({ run_id }) => run_id),
      [run.id],
    );
  });

  test(`${label}: a webhook told of all of it, and of nobody`, async () => {
    const told = receiver.got.map(({ body, headers }) => {
      const signed = new Webhook(endpoint.secret).verify(body, headers as Record<string, string>);
      return (signed as { type: string }).type;
    });
    for (const [type, times] of [
      ...([
        ['run.finished', 1],
        ['checkpoint.published', 1],
        ['deletion_request.created', 3],
      ] as const),
      ...([
        ['deletion_request.completed', 3],
        ['certificate.issued', 3],
      ] as const),
    ])
      assert.equal(told.filter((one) => one === type).length, times, `${type} of ${told}`);
    stored.push(receiver.got.map(({ path, body, headers }) => path + body + JSON.stringify(headers)).join('\n'));
  });

  test(`${label}: database, queue and logs name nobody`, async () => {
    await look();
    const logs = await folderContents(services.logs!);
    // the search goes through what it should: ids of the story are found
    assert.ok(stored[0]!.includes(request.id) && logs.includes(run.id));
    assert.ok(stored[1]!.includes(model.id));
    const held = [...stored, logs].join('\n').toLowerCase();
    for (const { name, email } of [person, other, NOBODY]) {
      for (const text of [name.toLowerCase(), email]) {
        assert.ok(!held.includes(text), 'in the clear');
        // columns of bytes are shown so
        assert.ok(!held.includes(Buffer.from(text).toString('hex')), 'as bytes');
      }
    }
  });
}
