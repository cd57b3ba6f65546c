import assert from 'node:assert/strict';
import { test } from 'node:test';
import { IndexPacker, packRecord } from '../../src/corpora/index-packer.ts';
import { digestWords, shortDigest } from '../../src/corpora/short-digest.ts';

const hex = (words: Int32Array): string[] =>
  Array.from({ length: words.length / 4 }, (_, i) =>
    Buffer.from(words.buffer, words.byteOffset + 16 * i, 16).toString('hex'),
  );
const subject = (key: string, type: string) => ({ key, type, key_version: 1, normaliser_version: 1 });

test('a digest is half a SHA-256, however it is asked for', () => {
  assert.equal(shortDigest('abc'), 'ba7816bf8f01cfea414140de5dae2223');
  assert.deepEqual(hex(digestWords('é').slice()), [shortDigest('é')]);
  assert.deepEqual(hex(digestWords(Buffer.from('é')).slice()), [shortDigest('é')]);
});

test('keys stand on a record once; those of one person are tied to one of them, whatever their order', () => {
  const packer = new IndexPacker();
  const three = ['a', 'b', 'c'].map((key) => subject(key, `type of ${key}`));
  const pairs = [three, three.toReversed()].map((subjects) => {
    const { links } = packRecord(packer, { ordinal: 0, record_id: 'r', subjects });
    return hex(links)
      .map((_, i, all) => [all[i - (i % 2)], all[i]].join())
      .toSorted();
  });
  assert.equal(pairs[0]!.length, 4);
  assert.deepEqual(pairs[0], pairs[1]);
  const twice = packRecord(packer, { ordinal: 7, record_id: 'r', subjects: [subject('a', 't'), subject('a', 't')] });
  assert.deepEqual([twice.first_ordinal, [...twice.places], twice.links.length], [7, [0], 0]);
  const two = [subject('a', 't'), subject('b', 't'), subject('c', 'u')];
  assert.equal(packRecord(packer, { ordinal: 0, record_id: 'r', subjects: two }).links.length, 0, 'two people');
});

test('many records are packed together and the next begin anew', () => {
  const packer = new IndexPacker();
  for (let round = 0; round < 2; round++) {
    for (let i = 0; i < 3000; i++) {
      packer.add(digestWords(`r${i}`));
      packer.name(digestWords(`k${i}`), 0);
    }
    const { ids, places, subjects, links } = packer.take(5, []);
    assert.equal(hex(ids)[2999], shortDigest('r2999'));
    assert.equal(hex(subjects)[2999], shortDigest('k2999'));
    assert.equal(places[2999], 2999);
    assert.equal(links.length, 0);
  }
});
