import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { debounced } from '../../src/queue/debounce.ts';

const WINDOW = 100;

/** Runs `work` under a clock of its own. */
async function underClock(t: TestContext, work: (tick: (ms: number) => void) => Promise<void>) {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  try {
    await work((ms) => t.mock.timers.tick(ms));
  } finally {
    t.mock.timers.reset();
  }
}

test('after every call there is a ring within the window, and never more than one at each of its ends', async (t) => {
  const calls = fc.array(fc.tuple(fc.integer({ min: 0, max: 150 }), fc.constantFrom('a', 'b')), { maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(calls, (all) =>
      underClock(t, async (tick) => {
        let now = 0;
        const sent: { id: string; at: number }[] = [];
        const bell = debounced(async (id) => void sent.push({ id, at: now }), WINDOW);
        const asked: { id: string; at: number }[] = [];
        const pass = (ms: number) => {
          for (let i = 0; i < ms; i++) {
            now++;
            tick(1);
          }
        };
        for (const [wait, id] of all) {
          pass(wait);
          asked.push({ id, at: now });
          void bell.ring(id);
        }
        pass(WINDOW);
        for (const { id, at } of asked)
          assert.ok(sent.some((ring) => ring.id === id && ring.at >= at && ring.at <= at + WINDOW));
        for (const id of ['a', 'b']) {
          const times = sent.filter((ring) => ring.id === id).map((ring) => ring.at);
          for (const [i, at] of times.entries()) if (i > 0) assert.ok(at - times[i - 1]! >= WINDOW);
        }
      }),
    ),
    { numRuns: 50 },
  );
});

test('a ring that fails fails those that it stands for; flush rings at once for what waits', async () => {
  let away = true;
  let sent = 0;
  const bell = debounced(async () => {
    sent++;
    if (away) throw new Error('away');
  }, 60_000);
  await assert.rejects(bell.ring('a'), /away/);
  const second = bell.ring('a');
  assert.equal(sent, 1);
  away = false;
  await bell.flush();
  await second;
  assert.equal(sent, 2);
});
