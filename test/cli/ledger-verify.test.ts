import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkLedger } from '../../src/cli/check-ledger.ts';
import { GENESIS_HASH, ledgerHash } from '../../src/evidence/ledger.ts';
import type { LedgerEntry } from '../../src/runs/ports.ts';

/** A chain of `count` entries, longer than a page. */
function chain(count: number): LedgerEntry[] {
  let previous_hash = GENESIS_HASH;
  return Array.from({ length: count }, (_, i) => {
    const entry = { seq: i + 1, at: '2026-03-01T10:00:00.000Z', tenant: 'default', type: 't', actor: 'a', data: { i } };
    const hash = ledgerHash(previous_hash, entry);
    const linked = { ...entry, previous_hash, hash };
    previous_hash = hash;
    return linked;
  });
}
const check = (entries: LedgerEntry[]) =>
  checkLedger(
    {
      readLedger: async ({ after = 0, limit }) => entries.filter(({ seq }) => seq > after).slice(0, limit),
      ledgerCheckpoint: async () => null,
      ledgerCheckpoints: async () => [],
      ledgerNodes: async () => [],
      getCertificate: async () => null,
    },
    { keys: [] },
  );
const broken = (seq: number) => ({ ok: false, reason: `entry ${seq} does not follow from the one before it` });

test('a chain longer than a page is checked across the pages', async () => {
  const entries = chain(2500);
  const none = { checkpoints: 0, covered: 0 };
  assert.deepEqual(await check(entries), { ok: true, entries: 2500, head: entries.at(-1)!.hash, ...none });
  assert.deepEqual(await check([]), { ok: true, entries: 0, head: null, ...none });
});

test('the first altered, missing or cut-off entry is named, at page borders too', async () => {
  const entries = chain(2500);
  const altered = (seq: number) => entries.map((e) => (e.seq === seq ? { ...e, data: { i: -1 } } : e));
  for (const seq of [1, 999, 1000, 1001, 2000, 2001, 2500]) {
    assert.deepEqual(await check(altered(seq)), broken(seq));
    if (seq < 2500) {
      const missing = entries.filter((entry) => entry.seq !== seq);
      assert.deepEqual(await check(missing), broken(seq));
    }
  }
  assert.deepEqual(await check(entries.slice(1000)), broken(1));
});
