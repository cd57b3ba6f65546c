// Text of any characters. What fast-check has for it (`unit: 'binary'`) takes a second to build, each time.
import fc from 'fast-check';

const SURROGATES = { first: 0xd800, count: 0x800 };

/** Any code point but halves of surrogate pairs. */
const anyCharacter = fc.nat({ max: 0x10ffff - SURROGATES.count }).map(
  (place) => String.fromCodePoint(place < SURROGATES.first ? place : place + SURROGATES.count),
  (text) => {
    const code = typeof text === 'string' ? text.codePointAt(0) : undefined;
    if (code === undefined || String.fromCodePoint(code) !== text) throw new Error('not one character');
    return code < SURROGATES.first ? code : code - SURROGATES.count;
  },
);

/** Also of names that JavaScript keeps for itself, as every string of fast-check. */
export const anyText = (maxLength?: number): fc.Arbitrary<string> =>
  fc.string({ unit: anyCharacter, ...(maxLength === undefined ? {} : { maxLength }) });
