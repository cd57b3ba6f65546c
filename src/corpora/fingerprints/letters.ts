// What of bytes is compared: small letters, digits and whatever is beyond ASCII. So a text is known again as plain text, inside JSON
// (escaped once or more often), with other punctuation, in other lines and in capitals. Pure; passes over streams in pieces.

const BACKSLASH = 0x5c;
const U = 0x75;
/** Second letters of escapes that stand for space or control characters. */
const DROPPED = new Set([...'nrtbf'].map((letter) => letter.charCodeAt(0)));

/** The same for each byte: the letter that it is compared as, 0: none. */
const LETTER = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte >= 0x41 && byte <= 0x5a) return byte | 0x20;
  const kept = byte >= 0x80 || (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x30 && byte <= 0x39);
  return kept ? byte : 0;
});

const hexOf = (byte: number): number => {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const small = byte | 0x20;
  return small >= 0x61 && small <= 0x66 ? small - 0x57 : -1;
};

const isHigh = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff;
const isLow = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff;

export class Letters {
  #afterBackslash = false;
  /** Digits of an escape `\uXXXX` so far; null: none is open. */
  #digits: number[] | null = null;
  /** First half of a pair of escapes. */
  #high = 0;

  /** Letters of the next bytes, as a view of memory that the next call uses again. */
  pass(bytes: Uint8Array): Uint8Array {
    if (this.#out.length < bytes.length + 8) this.#out = new Uint8Array(bytes.length + 8);
    this.#length = 0;
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes[i]!;
      if (this.#digits === null && !this.#afterBackslash && byte !== BACKSLASH) {
        const letter = LETTER[byte]!;
        if (letter !== 0) this.#out[this.#length++] = letter;
      } else this.#within(byte);
    }
    return this.#out.subarray(0, this.#length);
  }
  #out = new Uint8Array(0);
  #length = 0;

  #within(byte: number): void {
    if (this.#digits !== null) this.#digit(this.#digits, byte);
    else if (byte === BACKSLASH) this.#afterBackslash = true;
    else {
      this.#afterBackslash = false;
      if (byte === U) this.#digits = [];
      else if (!DROPPED.has(byte)) this.#put(byte);
    }
  }

  #digit(digits: number[], byte: number): void {
    if (hexOf(byte) < 0) {
      // no escape after all, the same in every spelling of the text
      this.#digits = null;
      for (const one of [U, ...digits]) this.#put(one);
      if (byte === BACKSLASH) this.#afterBackslash = true;
      else this.#put(byte);
      return;
    }
    digits.push(byte);
    if (digits.length < 4) return;
    this.#digits = null;
    this.#unit(digits.reduce((value, one) => value * 16 + hexOf(one), 0));
  }

  #unit(unit: number): void {
    if (isHigh(unit)) {
      this.#high = unit;
      return;
    }
    const point = isLow(unit)
      ? this.#high === 0
        ? null
        : 0x10000 + (this.#high - 0xd800) * 1024 + unit - 0xdc00
      : unit;
    this.#high = 0;
    if (point !== null) for (const one of Buffer.from(String.fromCodePoint(point))) this.#put(one);
  }

  #put(byte: number): void {
    const letter = LETTER[byte]!;
    if (letter !== 0) this.#out[this.#length++] = letter;
  }
}

/** Letters of one text. */
export const lettersOf = (text: string): Uint8Array => Uint8Array.from(new Letters().pass(Buffer.from(text)));
