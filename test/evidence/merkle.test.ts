import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  consistencySpans,
  inclusionSpans,
  joinNodes,
  leafHash,
  merkleRoot,
  perfectNodes,
  type Span,
  verifyConsistency,
  verifyInclusion,
} from '../../src/evidence/merkle.ts';

/** The leaves that implementations of Certificate Transparency are tested with, and the roots of their first 1 to 8. */
const LEAVES = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'].map(
  (hex) => Buffer.from(hex, 'hex'),
);
const ROOTS = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

const sha256 = (...parts: Uint8Array[]) => createHash('sha256').update(Buffer.concat(parts)).digest();
const splitAt = (n: number) => 2 ** (Math.ceil(Math.log2(n)) - 1);

// the definitions of RFC 9162, section 2.1, word for word
function mth(data: readonly Uint8Array[]): Buffer {
  if (data.length === 1) return sha256(Buffer.of(0), data[0]!);
  const k = splitAt(data.length);
  return sha256(Buffer.of(1), mth(data.slice(0, k)), mth(data.slice(k)));
}
function path(m: number, data: readonly Uint8Array[]): Buffer[] {
  if (data.length === 1) return [];
  const k = splitAt(data.length);
  const [left, right] = [data.slice(0, k), data.slice(k)];
  return m < k ? [...path(m, left), mth(right)] : [...path(m - k, right), mth(left)];
}
function subproof(m: number, data: readonly Uint8Array[], whole: boolean): Buffer[] {
  if (m === data.length) return whole ? [] : [mth(data)];
  const k = splitAt(data.length);
  const [left, right] = [data.slice(0, k), data.slice(k)];
  return m <= k ? [...subproof(m, left, whole), mth(right)] : [...subproof(m - k, right, false), mth(left)];
}

const numbered = (size: number) => Array.from({ length: size }, (_, i) => Buffer.from(`leaf ${i}`));
const hashesOf = (data: readonly Uint8Array[], spans: Span[]) =>
  spans.map((span) =>
    joinNodes(
      perfectNodes(span).map(({ level, index }) =>
        merkleRoot(data.slice(index * 2 ** level, (index + 1) * 2 ** level).map(leafHash)),
      ),
    ),
  );
const hex = (hashes: readonly Uint8Array[]) => hashes.map((one) => Buffer.from(one).toString('hex'));

test('the roots are those that Certificate Transparency knows', () => {
  for (const [i, root] of ROOTS.entries())
    assert.deepEqual(hex([merkleRoot(LEAVES.slice(0, i + 1).map(leafHash))]), [root]);
});

test('known proofs over those leaves', () => {
  // the sibling of leaf 5 of 7, and so on up to the root
  assert.deepEqual(hex(hashesOf(LEAVES, inclusionSpans(5, 7))), [
    'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
    'b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f',
    'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  ]);
  assert.deepEqual(hex(hashesOf(LEAVES, consistencySpans(6, 8))), [
    '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
    'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
    'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  ]);
});

const sizes = fc.integer({ min: 1, max: 70 });
test('roots and proofs are what the recursive definitions say', () => {
  fc.assert(
    fc.property(sizes, fc.nat(), fc.nat(), (size, a, b) => {
      const data = numbered(size);
      assert.deepEqual(hex([merkleRoot(data.map(leafHash))]), hex([mth(data)]));
      assert.deepEqual(hex(hashesOf(data, [{ start: 0, end: size }])), hex([mth(data)]));
      assert.deepEqual(hex(hashesOf(data, inclusionSpans(a % size, size))), hex(path(a % size, data)));
      const from = (b % size) + 1;
      assert.deepEqual(hex(hashesOf(data, consistencySpans(from, size))), hex(subproof(from, data, true)));
    }),
    { numRuns: 60 },
  );
});

test('every proof verifies, and nothing else does: not with a hash changed, left out or added, nor at another place or size', () => {
  for (let size = 1; size <= 20; size++) {
    const data = numbered(size);
    const root = mth(data);
    for (let index = 0; index < size; index++) {
      const leaf = leafHash(data[index]!);
      const hashes = path(index, data);
      const check = (changed: object, of = leaf, to: Uint8Array = root) =>
        verifyInclusion(of, { index, size, hashes, ...changed }, to);
      assert.ok(check({}));
      assert.ok(!check({}, leafHash(Buffer.from('other'))));
      assert.ok(!check({}, leaf, leafHash(root)));
      assert.ok(!check({ hashes: [...hashes, root] }));
      if (size > 1) assert.ok(!check({ hashes: hashes.slice(1) }) && !check({ index: (index + 1) % size }));
      for (const i of hashes.keys()) assert.ok(!check({ hashes: hashes.with(i, leafHash(hashes[i]!)) }));
    }
    assert.ok(!verifyInclusion(root, { index: size, size, hashes: [] }, root));
    for (let from = 1; from <= size; from++) {
      const first = { size: from, root: mth(data.slice(0, from)) };
      const second = { size, root };
      const hashes = subproof(from, data, true);
      assert.ok(verifyConsistency(first, second, hashes));
      assert.ok(!verifyConsistency({ ...first, root: leafHash(root) }, second, hashes));
      assert.ok(!verifyConsistency(first, { ...second, root: leafHash(root) }, hashes));
      assert.ok(!verifyConsistency(first, second, [...hashes, root]));
      for (const i of hashes.keys()) assert.ok(!verifyConsistency(first, second, hashes.with(i, leafHash(hashes[i]!))));
      if (from < size) assert.ok(!verifyConsistency(second, first, hashes) && !verifyConsistency(first, second, []));
    }
  }
});

test('a proof of a large tree is a path of its depth, made of few subtrees', () => {
  const size = 1_000_003;
  const spans = inclusionSpans(700_000, size);
  assert.equal(spans.length, 20);
  assert.ok(spans.flatMap(perfectNodes).length < 40);
  assert.ok(consistencySpans(999_999, size).flatMap(perfectNodes).length < 40);
});
