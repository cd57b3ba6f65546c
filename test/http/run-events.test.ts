// A run as it goes on, over a real connection.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunProgress } from '../../src/domain/resources.ts';
import type { Claim } from '../../src/runs/ports.ts';
import { writeTinyCheckpoint } from './checkpoint-fixture.ts';
import { call, corpusWith, line, openService, type TestService } from './service.ts';

const closers: (() => unknown)[] = [];
let service: TestService;
let base: string;
let claim: Claim;
before(async () => {
  service = await openService({ after: (close: unknown) => void closers.push(close as () => unknown) });
  const { app, deps, importDir } = service;
  base = await app.listen({ port: 0, host: '127.0.0.1' });
  const corpus_id = await corpusWith(app, 'train', [line('a', 'mirela@example.org'), line('b')]);
  const path = await writeTinyCheckpoint(importDir, 'tiny');
  const made = await call(app, 'POST', '/v1/models', { name: 'tiny', path, corpora: [{ corpus_id, role: 'train' }] });
  const subject = { identifiers: [{ type: 'email', value: 'mirela@example.org' }] };
  await call(app, 'POST', '/v1/deletion-requests', { subject });
  const outcome = await deps.store.claim(made.json().id, 'worker', { lease_ms: 60_000, max_restarts: 1 });
  assert.equal(outcome.status, 'claimed');
  if (outcome.status === 'claimed') claim = outcome.claim;
});
after(async () => {
  for (const close of closers.reverse()) await close();
});

const open = (headers: Record<string, string> = {}) => fetch(`${base}/v1/runs/${claim.run.id}/events`, { headers });
interface Event {
  id: string;
  event: string;
  data: { state: string; progress: RunProgress };
}
/** Events as they arrive; `retry` and heartbeats left out. */
async function* eventsOf(answer: Response): AsyncGenerator<Event> {
  let text = '';
  for await (const chunk of answer.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const fields = text
        .slice(0, end)
        .split('\n')
        .map((one) => one.split(/: (.*)/s, 2) as [string, string]);
      text = text.slice(end + 2);
      const { id, event, data } = Object.fromEntries(fields) as Record<string, string>;
      if (data !== undefined) yield { id: id!, event: event!, data: JSON.parse(data) };
    }
  }
}
const progress = async (step: number) => {
  // marks are of milliseconds
  await sleep(5);
  const at = { phase: 'unlearning' as const, step, steps: 9, updated_at: new Date().toISOString() };
  const losses = { forget_loss: 1, retain_loss: 1, forget_target: 2, seconds_left: 3 };
  await service.deps.store.saveProgress(claim.run.id, claim.fence, { ...at, ...losses }, []);
};

test('each state is sent once, a seen one not again, and the end ends the stream', async () => {
  const answer = await open();
  assert.deepEqual(
    ['content-type', 'cache-control', 'x-accel-buffering'].map((name) => answer.headers.get(name)),
    ['text/event-stream', 'no-store', 'no'],
  );
  assert.ok(answer.headers.get('x-request-id'));
  const events = eventsOf(answer);
  const next = async () => (await events.next()).value as Event;
  const first = await next();
  assert.deepEqual([first.event, first.data.state], ['progress', 'planned']);
  await progress(1);
  const second = await next();
  assert.equal(second.data.progress.step, 1);

  const again = eventsOf(await open({ 'last-event-id': second.id }));
  await progress(2);
  assert.equal(((await again.next()).value as Event).data.progress.step, 2);
  assert.equal((await next()).data.progress.step, 2);

  const snapshot = await Array.fromAsync(eventsOf(await open({ prefer: 'wait=0' })));
  assert.deepEqual([snapshot.length, snapshot[0]?.data.progress.step], [1, 2]);

  await service.deps.store.moveRun(claim, 'failed', { targets: 'failed', reason: 'test' }, 'worker');
  const rest = await Array.fromAsync(again);
  const last = rest.at(-1)!;
  assert.deepEqual([last.event, last.data.state], ['ended', 'failed']);
  assert.equal((await Array.fromAsync(events)).at(-1)?.event, 'ended');
  assert.equal((await open({ 'last-event-id': last.id })).status, 204);
  const absent = await fetch(`${base}/v1/runs/${claim.model.id}/events`);
  assert.deepEqual(
    [absent.status, absent.headers.get('content-type')],
    [404, 'application/problem+json; charset=utf-8'],
  );
});
