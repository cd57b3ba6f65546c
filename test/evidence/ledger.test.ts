import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GENESIS_HASH, ledgerHash, type UnhashedEntry, verifyChain } from '../../src/evidence/ledger.ts';
import type { LedgerEntry } from '../../src/runs/ports.ts';

function chain(length: number): LedgerEntry[] {
  const entries: LedgerEntry[] = [];
  let previous = GENESIS_HASH;
  for (let seq = 1; seq <= length; seq++) {
    const entry: UnhashedEntry = {
      seq,
      at: `2026-01-01T00:00:0${seq}.000Z`,
      tenant: 'default',
      type: 'run.claimed',
      actor: 'worker-1',
      data: { run_id: `run-${seq}`, fence: seq },
    };
    const hash = ledgerHash(previous, entry);
    entries.push({ ...entry, previous_hash: previous, hash });
    previous = hash;
  }
  return entries;
}

test('the hash covers canonical JSON: the order of members does not matter, every value does', () => {
  const [entry] = chain(1);
  const turned = { ...entry!, data: { fence: 1, run_id: 'run-1' } };
  assert.equal(ledgerHash(GENESIS_HASH, turned), entry!.hash);
  assert.notEqual(ledgerHash(GENESIS_HASH, { ...entry!, actor: 'worker-2' }), entry!.hash);
  assert.match(entry!.hash, /^sha256:[0-9a-f]{64}$/);
});

test('an untouched chain verifies, whole and in slices', () => {
  const entries = chain(6);
  assert.deepEqual(verifyChain(entries), { ok: true });
  assert.deepEqual(verifyChain(entries.slice(3)), { ok: true });
  assert.deepEqual(verifyChain(entries.slice(3), entries[2]), { ok: true });
  assert.deepEqual(verifyChain([]), { ok: true });
});

test('a changed, removed, swapped or forged entry is named', () => {
  const changed = chain(6);
  changed[2]!.data = { run_id: 'another', fence: 3 };
  assert.deepEqual(verifyChain(changed), { ok: false, seq: 3 });

  const removed = chain(6);
  removed.splice(2, 1);
  assert.deepEqual(verifyChain(removed), { ok: false, seq: 3 });

  const swapped = chain(6);
  [swapped[2], swapped[3]] = [swapped[3]!, swapped[2]!];
  assert.deepEqual(verifyChain(swapped), { ok: false, seq: 3 });

  const forged = chain(6);
  forged[2]!.data = { run_id: 'another', fence: 3 };
  forged[2]!.hash = ledgerHash(forged[1]!.hash, forged[2]!);
  assert.deepEqual(verifyChain(forged), { ok: false, seq: 4 }, 'a rehashed entry breaks the next link');

  assert.deepEqual(verifyChain(chain(6).slice(3), { seq: 3, hash: GENESIS_HASH }), { ok: false, seq: 4 });
});
