// What a queue must do, whatever it is built on. Run by queue.test.ts (Postgres) and queue.redis.test.ts.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { v7 as uuid } from 'uuid';
import { openQueue, type QueueConfig } from '../../src/queue/connection.ts';
import { type Consumer, consumeRings, type RingHandlers, type Timing } from '../../src/queue/consumer.ts';
import { createDoorbell } from '../../src/queue/doorbell.ts';
import { QUEUES } from '../../src/queue/jobs.ts';

export interface QueueUnderTest {
  name: string;
  config: QueueConfig & { runs: { coalesceMs: number } };
  namespace: string;
  /** Everything that the queue holds disappears, as after FLUSHALL. */
  wipe(): Promise<void>;
  close(): Promise<void>;
}

const SHORT: Timing = { lockMs: 2000, renewMs: 500, stalledMs: 500 };
const idle = async () => undefined;

async function until(what: string, check: () => boolean, ms = 10_000): Promise<void> {
  for (const start = Date.now(); !check(); await sleep(20)) {
    assert.ok(Date.now() - start < ms, `${what} did not happen within ${ms} ms`);
  }
}

/** Registers the suite with node:test. */
export function queueContract(label: string, open: () => Promise<QueueUnderTest>): void {
  let queue: QueueUnderTest;
  before(async () => {
    queue = await open();
  });
  after(() => queue?.close());

  function start(handlers: Partial<RingHandlers>, timing?: Partial<Timing>): { consumer: Consumer; errors: Error[] } {
    const errors: Error[] = [];
    const consumer = consumeRings({
      config: queue.config,
      namespace: queue.namespace,
      handlers: { model: idle, probe: idle, influence: idle, verification: idle, webhook: idle, ...handlers },
      onError: (error) => errors.push(error),
      timing,
    });
    return { consumer, errors };
  }
  const bell = () => createDoorbell(queue.config, { namespace: queue.namespace });

  test(`${label}: a ring reaches the handler with the id, for models, probes, analyses, verifications and webhooks`, async () => {
    const doorbell = bell();
    const heard: string[] = [];
    const hear = async (id: string) => void heard.push(id);
    const { consumer } = start({ model: hear, probe: hear, influence: hear, verification: hear, webhook: hear });
    const ids = [uuid(), uuid(), uuid(), uuid(), uuid()] as const;
    await doorbell.ping();
    await doorbell.ringModel(ids[0]);
    await doorbell.ringProbe(ids[1]);
    await doorbell.ringInfluence(ids[2]);
    await doorbell.ringVerification(ids[3]);
    // one for later keeps back none for now
    await doorbell.ringWebhook(ids[4], 3_600_000);
    await doorbell.ringWebhook(ids[4]);
    await until('the rings', () => heard.length === ids.length);
    assert.deepEqual(heard.sort(), [...ids].sort());
    await Promise.all([consumer.close(), doorbell.close()]);
  });

  test(`${label}: rings of one model collapse to one, and one follow-up while it is being worked on`, async () => {
    const doorbell = bell();
    let calls = 0;
    let finish: () => void = () => undefined;
    const id = uuid();
    for (let i = 0; i < 5; i++) await doorbell.ringModel(id);
    const { consumer } = start({
      model: async () => {
        calls++;
        if (calls === 1) await new Promise<void>((resolve) => (finish = resolve));
      },
    });
    await until('the first call', () => calls === 1);
    for (let i = 0; i < 5; i++) await doorbell.ringModel(id);
    finish();
    await until('the follow-up', () => calls === 2);
    await sleep(1000);
    assert.equal(calls, 2);
    await Promise.all([consumer.close(), doorbell.close()]);
  });

  test(`${label}: nothing is kept of a job that ended, well or not`, async () => {
    const doorbell = bell();
    let calls = 0;
    const { consumer } = start({
      model: async () => {
        calls++;
        throw new Error('as it happens');
      },
    });
    const id = uuid();
    await doorbell.ringModel(id);
    await until('the first call', () => calls === 1);
    await sleep(300);
    await doorbell.ringModel(id);
    await until('the second call', () => calls === 2);
    await sleep(300);
    const raw = openQueue(queue.config, QUEUES.models.name, queue.namespace);
    const counts = await raw.getJobCounts('waiting', 'active', 'delayed', 'completed', 'failed');
    assert.deepEqual(Object.values(counts), [0, 0, 0, 0, 0]);
    await Promise.all([raw.close(), consumer.close(), doorbell.close()]);
  });

  test(`${label}: a job that fits no schema never reaches the handler`, async () => {
    const heard: string[] = [];
    const { consumer } = start({ model: async (id) => void heard.push(id) });
    const raw = openQueue(queue.config, QUEUES.models.name, queue.namespace);
    await raw.add('unlearn', { modelId: 'not an id' }, { removeOnFail: true });
    await raw.add('unlearn', { modelId: uuid(), email: 'somebody' }, { removeOnFail: true });
    await sleep(1000);
    assert.deepEqual(heard, []);
    await Promise.all([raw.close(), consumer.close()]);
  });

  test(`${label}: closing aborts the handler and waits for it`, async () => {
    const doorbell = bell();
    let state = 'idle';
    const { consumer } = start({
      model: async (_, signal) => {
        state = 'running';
        await once(signal, 'abort');
        await sleep(100);
        state = 'ended';
      },
    });
    await doorbell.ringModel(uuid());
    await until('the start', () => state === 'running');
    await consumer.close();
    assert.equal(state, 'ended');
    await doorbell.close();
  });

  test(`${label}: a wiped queue aborts what has no lease, leaves leased work alone, and rings work again at once`, async () => {
    const doorbell = bell();
    const aborted = { model: false, probe: false };
    let calls = 0;
    let finish: () => void = () => undefined;
    const { consumer } = start(
      {
        model: async (_, signal) => {
          calls++;
          signal.addEventListener('abort', () => (aborted.model = true));
          if (calls === 1) await new Promise<void>((resolve) => (finish = resolve));
        },
        probe: async (_, signal) => {
          calls++;
          await once(signal, 'abort');
          aborted.probe = true;
        },
      },
      SHORT,
    );
    await doorbell.ringProbe(uuid());
    await until('the probe', () => calls === 1);
    calls = 0;
    const id = uuid();
    await doorbell.ringModel(id);
    await until('the first call', () => calls === 1);
    await queue.wipe();
    await until('the abort', () => aborted.probe, 5000);
    assert.equal(aborted.model, false);
    finish();
    await doorbell.ringModel(id);
    await until('the second call', () => calls === 2);
    await Promise.all([consumer.close(), doorbell.close()]);
  });
}
