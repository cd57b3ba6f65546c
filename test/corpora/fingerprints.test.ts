import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { lettersOf } from '../../src/corpora/fingerprints/letters.ts';
import { chosenOf, decodePrints, encodePrints, printKey, printsOf } from '../../src/corpora/fingerprints/prints.ts';
import { PrintScanner } from '../../src/corpora/fingerprints/scanner.ts';

const KEY = printKey('a key of tests');
const TEXT =
  'Ottilie Quennell was born in Vale in 1950, "on a Tuesday", and wrote nine novels\nabout lighthouses; żółw 東京に行く 🐢 in C:\\novels\\nine.';
const scanner = (...texts: string[]) =>
  new PrintScanner(
    KEY,
    texts.map((text) => printsOf(KEY, text)),
  );
const search = (one: PrintScanner, ...pieces: (string | Buffer)[]) => {
  for (const piece of pieces) one.add(Buffer.from(piece));
  return one.take();
};

test('a text has the same letters plain, in JSON, in JSON within JSON, with escaped letters, and in capitals', () => {
  const plain = lettersOf(TEXT);
  const json = JSON.stringify(TEXT);
  const ascii = json.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  for (const spelled of [json, JSON.stringify(json), ascii, JSON.stringify(ascii), `\t${TEXT.replaceAll(' ', '\n  ')}`])
    assert.deepEqual(lettersOf(spelled), plain, spelled);
  assert.deepEqual(lettersOf('OTTILIE\\user \\u00zz'), lettersOf('ottilie\\user \\u00zz'));
});

test('of every piece that is long enough some fingerprint is found, however the bytes come in', () => {
  const one = scanner(TEXT);
  const letters = Buffer.from(lettersOf(TEXT));
  fc.assert(
    fc.property(
      fc.nat(letters.length - 39),
      fc.uint8Array({ maxLength: 60 }),
      fc.integer({ min: 1, max: 50 }),
      (from, noise, cut) => {
        // what comes before must not begin an escape that swallows the first letter
        const around = Buffer.from(noise.filter((byte) => byte !== 0x5c));
        const bytes = Buffer.concat([around, Buffer.from('.'), letters.subarray(from, from + 39), around]);
        const found = search(one, bytes.subarray(0, cut), bytes.subarray(cut));
        assert.equal(found.length, 1);
        assert.ok(found[0]!.prints.length >= 1 && found[0]!.of >= found[0]!.prints.length);
      },
    ),
    { numRuns: 100 },
  );
});

test('other text has none of them, two places are not one, and what others have too can be forgotten', () => {
  const one = scanner(TEXT, 'The lighthouse of Ostrevik was lit for the first time in 1871 by her aunt.');
  const { length } = TEXT;
  assert.deepEqual(search(one, 'Nine novels were born in Vale. Ottilie wrote them about lighthouses, in 1950.'), []);
  const middle = Math.floor(length / 2);
  const half = lettersOf(TEXT.slice(0, 18));
  assert.deepEqual(search(one, Buffer.from(half)), []);
  assert.deepEqual(search(one, TEXT.slice(18, 30)), [], 'the end of one place does not go on in the next');
  const whole = search(one, TEXT);
  assert.deepEqual(
    whole.map(({ record, of, prints }) => [record, of - prints.length]),
    [[0, 0]],
  );
  one.forget(whole[0]!.prints);
  assert.deepEqual(search(one, TEXT.slice(0, middle), TEXT.slice(middle)), []);
  assert.ok(one.size > 0);
});

test('short texts have none; of a long one there is a bound; sealed and read again they are the same', () => {
  assert.deepEqual(printsOf(KEY, 'in Vale, in 1950'), []);
  const long = Array.from({ length: 1500 }, (_, i) => `word${i * 7919}`).join(' ');
  const prints = printsOf(KEY, long);
  assert.ok(prints.length > 200 && prints.length < 1000, String(prints.length));
  const texts = [printsOf(KEY, TEXT), prints];
  assert.deepEqual(decodePrints(encodePrints(texts)), texts);
  assert.equal(search(scanner(long), long)[0]!.prints.length, prints.length);
  const other = new PrintScanner(printKey('another key'), texts);
  assert.deepEqual(search(other, TEXT), []);
  // of each window the least, and of equal ones the last
  assert.deepEqual(chosenOf(Uint32Array.from([5, 1, 1, 9, 8, 7]), 3), [2, 5]);
});
