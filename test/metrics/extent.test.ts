import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Value } from 'typebox/value';
import { PRESETS } from '../../src/domain/policies.ts';
import { Extent, LeftOut } from '../../src/domain/verification-cost.ts';
import { fullExtent, largestExtent, leftOut } from '../../src/metrics/extent.ts';

const full = fullExtent(PRESETS.strict.policy, undefined);
/** Everything that an extent does, as one number. */
const size = ({ other_answers, wrapped_prompts, samples, attacks }: Extent) =>
  other_answers + wrapped_prompts + samples + Object.values(attacks).reduce((sum, people) => sum + people, 0);

test('all that a policy asks for; of a classifier nothing that is written', () => {
  assert.ok(Value.Check(Extent, full));
  assert.deepEqual(full, {
    ...{ other_answers: 5, wrapped_prompts: 4, samples: 10 },
    attacks: { 'fine-tuning': 40, pruning: 40, quantisation: 40, relearning: 40 },
  });
  assert.deepEqual(fullExtent({ robustness: ['pruning'] }, 'classification'), {
    ...{ other_answers: 0, wrapped_prompts: 0, samples: 0 },
    attacks: { pruning: 40 },
  });
});

test('what is only reported goes before what is judged, and no more than has to', () => {
  assert.equal(
    largestExtent(full, () => true),
    full,
  );
  let last = size(full);
  for (let room = last; room >= 0; room--) {
    const extent = largestExtent(full, (one) => size(one) <= room);
    assert.ok(size(extent) <= room && size(extent) <= last);
    last = size(extent);
    const attacked = Object.values(extent.attacks).some((people) => people > 0);
    if (attacked) assert.deepEqual([extent.other_answers, extent.samples, extent.wrapped_prompts], [5, 10, 4]);
    if (extent.samples < 10) assert.deepEqual([attacked, extent.other_answers], [false, 0]);
  }
  assert.equal(last, 0);
  assert.equal(size(largestExtent(full, () => false)), 0, 'what cannot be fitted is as little as there is');
});

test('what is missing is named, with why and what to do; what was not asked for is not missed', () => {
  const less = { ...full, samples: 5, other_answers: 0, attacks: { ...full.attacks, relearning: 10, pruning: 0 } };
  const found = leftOut(full, less, 'No time.');
  assert.deepEqual(
    found.map(({ part, done, asked_for, measured }) => [part, done, asked_for, measured]),
    [
      ['other answers', 'left out', 5, 0],
      ['samples', 'shortened', 10, 5],
      ['pruning', 'left out', 40, 0],
      ['relearning', 'shortened', 40, 10],
    ],
  );
  for (const one of found) {
    assert.ok(Value.Check(LeftOut, one));
    assert.equal(one.reason, 'No time.');
    assert.match(one.remedy, /max_share_of_run/);
  }
  assert.deepEqual(leftOut(full, full, ''), []);
  const brief = fullExtent(PRESETS.exploratory.policy, undefined);
  assert.deepEqual(leftOut(brief, brief, ''), []);
});
