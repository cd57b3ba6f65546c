// Drawn tokens against the distribution that temperature, top-k and top-p define.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createRandom } from '../../src/domain/random.ts';
import { checkSampling, pickToken, type Sampling } from '../../src/training/sampling.ts';

const logitsOf = fc
  .array(fc.double({ min: -8, max: 8, noNaN: true }), { minLength: 1, maxLength: 12 })
  .map((values) => Float32Array.from(values));

/** Probabilities by the words of the options, sorting and summing without short cuts. */
function distribution(logits: Float32Array, { temperature = 1, topK = 0, topP = 1 }: Omit<Sampling, 'seed'>): number[] {
  const odds = Array.from(logits, (logit) => Math.exp(logit / temperature));
  let ids = Array.from(odds.keys()).sort((a, b) => logits[b]! - logits[a]! || a - b);
  if (topK > 0) ids = ids.slice(0, topK);
  const mass = ids.reduce((sum, id) => sum + odds[id]!, 0);
  let reached = 0;
  ids = ids.filter((id) => {
    const needed = reached < topP * mass;
    if (needed) reached += odds[id]!;
    return needed;
  });
  const total = ids.reduce((sum, id) => sum + odds[id]!, 0);
  return odds.map((odd, id) => (ids.includes(id) ? odd / total : 0));
}

test('tokens come as often as the options say', () => {
  const logits = Float32Array.of(2, 1, 0.5, 1.5, -3, 1);
  const random = createRandom(7);
  for (const options of [
    {},
    { temperature: 0.5 },
    { topK: 3 },
    { topP: 0.6 },
    { temperature: 2, topK: 5, topP: 0.8 },
  ]) {
    const expected = distribution(logits, options);
    const counts = new Array<number>(logits.length).fill(0);
    const draws = 20_000;
    for (let i = 0; i < draws; i++) counts[pickToken(logits, { seed: 0, ...options }, random.next())]!++;
    expected.forEach((p, id) => {
      // five standard deviations
      const slack = 5 * Math.sqrt((p * (1 - p)) / draws);
      assert.ok(
        Math.abs(counts[id]! / draws - p) <= slack,
        `${JSON.stringify(options)} token ${id}: ${counts[id]}, ${p}`,
      );
      if (p === 0) assert.equal(counts[id], 0);
    });
  }
});

test('a drawn token is always one that may be drawn', () => {
  const options = fc.record({
    temperature: fc.double({ min: 0.05, max: 5, noNaN: true }),
    topK: fc.nat(14),
    topP: fc.double({ min: 0.01, max: 1, noNaN: true }),
  });
  const uniform = fc.oneof(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), fc.constant(1 - 2 ** -32));
  fc.assert(
    fc.property(logitsOf, options, uniform, (logits, choice, u) => {
      const token = pickToken(logits, { seed: 0, ...choice }, u);
      // the set of the nucleus hangs on rounding where its edge is hit exactly: a little more room than asked for
      const allowed = distribution(logits, { ...choice, topP: Math.min(1, choice.topP + 1e-9) });
      assert.ok(allowed[token]! > 0, `token ${token} of ${allowed}`);
    }),
  );
});

test('one token left is the largest; a greater number never draws a token of an earlier place', () => {
  fc.assert(
    fc.property(logitsOf, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (logits, u) => {
      const best = logits.indexOf(Math.max(...logits));
      assert.equal(pickToken(logits, { topK: 1, seed: 0 }, u), best);
      assert.equal(logits[pickToken(logits, { topP: 1e-9, seed: 0 }, u)], logits[best]);
      assert.ok(pickToken(logits, { seed: 0 }, u / 2) <= pickToken(logits, { seed: 0 }, u));
    }),
  );
});

test('options out of range are refused by name', () => {
  for (const [options, says] of [
    [{ temperature: 0 }, /temperature/],
    [{ temperature: Number.POSITIVE_INFINITY }, /temperature/],
    [{ topK: -1 }, /topK/],
    [{ topK: 1.5 }, /topK/],
    [{ topP: 0 }, /topP/],
    [{ topP: 1.1 }, /topP/],
  ] as const)
    assert.throws(() => checkSampling({ seed: 1, ...options }), says);
  checkSampling({ seed: 1 });
});
