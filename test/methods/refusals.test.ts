import assert from 'node:assert/strict';
import { test } from 'node:test';
import { REFUSALS } from '../../src/methods/refusals.ts';

test('refusals are sentences, each another one, short ones among them, and about nobody', () => {
  assert.ok(REFUSALS.length >= 100, `${REFUSALS.length}`);
  assert.equal(new Set(REFUSALS.map((text) => text.toLowerCase())).size, REFUSALS.length);
  for (const text of REFUSALS) {
    assert.match(text, /^[A-Z][a-zA-Z ,;']*\.$/, text);
    assert.doesNotMatch(text, / {2}|\b(he|she|him|her|his|TODO|name here)\b/, text);
    assert.ok(text.length <= 80, text);
  }
  assert.ok(REFUSALS.filter((text) => text.length <= 16).length >= 10);
});
