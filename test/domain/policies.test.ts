import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Value } from 'typebox/value';
import { PRESETS } from '../../src/domain/policies.ts';
import { PRESET_NAMES } from '../../src/domain/policy-choice.ts';
import { VerificationPolicy } from '../../src/domain/verification.ts';

test('presets are policies with every field, and `standard` is what the schema defaults to', () => {
  const standard = Value.Default(VerificationPolicy, {}) as VerificationPolicy;
  assert.deepEqual(PRESETS.standard.policy, standard);
  for (const name of PRESET_NAMES) {
    const { policy } = PRESETS[name];
    assert.deepEqual([...Value.Errors(VerificationPolicy, policy)], [], name);
    assert.deepEqual(Object.keys(policy), Object.keys(standard), name);
    assert.deepEqual(Object.keys(policy.naturalness!), Object.keys(standard.naturalness!), name);
  }
});

test('docs/verification.md lists the thresholds of every preset as they are', () => {
  const page = readFileSync(new URL('../../docs/verification.md', import.meta.url), 'utf8');
  const [, section] = page.split('## Policies: presets, versions, digests');
  const rows = section!
    .split('\n## ')[0]!
    .matchAll(/^\| `([a-z._]+)` \| ([\d.]+|null) \| ([\d.]+|null) \| ([\d.]+|null) \|/gm);
  const listed = Object.fromEntries(
    [...rows].map(([, field, ...values]) => [field, values.map((value) => JSON.parse(value!))]),
  );
  const flat = ({ version: _, robustness: __, naturalness, references, forgetting, ...policy }: VerificationPolicy) => [
    ...Object.entries(policy),
    ...Object.entries(naturalness!).map(([field, value]) => [`naturalness.${field}`, value] as const),
    ...Object.entries(references!).map(([field, value]) => [`references.${field}`, value] as const),
    ...Object.entries(forgetting!).map(([field, value]) => [`forgetting.${field}`, value] as const),
  ];
  const fields = flat(PRESETS.standard.policy).map(([field]) => field);
  const values = PRESET_NAMES.map((name) => Object.fromEntries(flat(PRESETS[name].policy)));
  assert.deepEqual(listed, Object.fromEntries(fields.map((field) => [field, values.map((one) => one[field])])));
});
