// Reads the plain lines of an upload where they stand, as bytes: no object and no text is made of them, which is most of the time that a
// record takes. Plain is a line that holds texts as the schema has them. Of every other, right or wrong, this says that it does not know.

/** Where the type of an identifier begins and ends, where its value does, and whether that is hashed. */
export const SUBJECT_NUMBERS = 5;
const MOST_SUBJECTS = 100;
/** In bytes, which are never fewer than the letters that the schema counts. */
const MOST = { id: 200, text: 100_000, type: 40, value: 500 };
const SHA256_BYTES = 64;

const [QUOTE, COMMA, COLON, BACKSLASH] = [0x22, 0x2c, 0x3a, 0x5c];
const [BRACE, BRACE_END, BRACKET, BRACKET_END] = [0x7b, 0x7d, 0x5b, 0x5d];
const [SPACE, TAB, RETURN, DELETE] = [0x20, 0x09, 0x0d, 0x7f];

const bytesOf = (text: string): Uint8Array => Buffer.from(text, 'latin1');
/** JSON writes these escapes again as they are; of others it makes letters. */
const KEPT = Uint8Array.from({ length: 256 }, (_, byte) => Number('"\\bfnrt'.includes(String.fromCharCode(byte))));
const [ID, PROMPT, ANSWER, COMPLETION] = [bytesOf('id'), bytesOf('prompt'), bytesOf('answer'), bytesOf('completion')];
const [TEXT, SUBJECTS] = [bytesOf('text'), bytesOf('subjects')];
const [TYPE, VALUE, SHA256] = [bytesOf('type'), bytesOf('value'), bytesOf('sha256')];
/** Bits of members that have been met. */
const HAS = { id: 1, prompt: 2, answer: 4, text: 8, subjects: 16 };

const isLetter = (byte: number): boolean => byte >= 0x61 && byte <= 0x7a;
const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;

/** To be used for one line after the other: what it says of a line stands until the next. */
export class LineScanner {
  idFrom = 0;
  idTo = 0;
  promptFrom = 0;
  promptTo = 0;
  /** Of the text that is learnt, escapes included. */
  textFrom = 0;
  textTo = 0;
  /** Else it is text alone. */
  hasPrompt = false;
  /** How many identifiers stand there; SUBJECT_NUMBERS say of each where. */
  count = 0;
  readonly subjects = new Int32Array(MOST_SUBJECTS * SUBJECT_NUMBERS);
  #bytes = new Uint8Array(0);
  #at = 0;
  #has = 0;
  /** Of the text that was read last. */
  #from = 0;
  #to = 0;

  /** Whether the line from `start` up to `end` is plain. All bytes are UTF-8, and a line feed or nothing stands at `end`. */
  scan(bytes: Uint8Array<ArrayBuffer>, start: number, end: number): boolean {
    this.#bytes = bytes;
    this.#at = start;
    this.#has = 0;
    this.count = 0;
    if (!this.#record() || this.#at !== end) return false;
    const form = this.#has & ~HAS.subjects;
    this.hasPrompt = form === (HAS.id | HAS.prompt | HAS.answer);
    return this.hasPrompt || form === (HAS.id | HAS.text);
  }

  #space(): void {
    const bytes = this.#bytes;
    for (let byte = bytes[this.#at]; byte === SPACE || byte === TAB || byte === RETURN; byte = bytes[this.#at])
      this.#at++;
  }

  /** Whether this byte comes next, between white space; then it is read. */
  #next(byte: number): boolean {
    if (this.#bytes[this.#at] !== byte) this.#space();
    if (this.#bytes[this.#at] !== byte) return false;
    this.#at++;
    return true;
  }

  /** A text of at most so many bytes. `raw`: without escapes and control characters, such as a name is compared with. */
  #string(least: number, most: number, raw: boolean): boolean {
    if (!this.#next(QUOTE)) return false;
    const bytes = this.#bytes;
    const from = this.#at;
    let at = from;
    for (let byte = bytes[at]!; byte !== QUOTE; byte = bytes[++at]!) {
      // a line feed, and what lies beyond the end, are no part of a text
      if (!(byte >= SPACE)) return false;
      if (byte === BACKSLASH && (raw || KEPT[bytes[++at]!] !== 1)) return false;
      if (byte === DELETE && raw) return false;
    }
    this.#from = from;
    this.#to = at;
    this.#at = at + 1;
    return at - from >= least && at - from <= most;
  }

  /** Whether the text that was read last is this. */
  #was(name: Uint8Array): boolean {
    if (this.#to - this.#from !== name.length) return false;
    for (let i = 0; i < name.length; i++) if (this.#bytes[this.#from + i] !== name[i]) return false;
    return true;
  }

  /** A member that has not been met. */
  #once(bit: number): boolean {
    const again = (this.#has & bit) !== 0;
    this.#has |= bit;
    return !again;
  }

  #record(): boolean {
    if (!this.#next(BRACE)) return false;
    do if (!this.#string(1, MOST.type, true) || !this.#next(COLON) || !this.#member()) return false;
    while (this.#next(COMMA));
    const whole = this.#next(BRACE_END);
    this.#space();
    return whole;
  }

  #member(): boolean {
    if (this.#was(ID)) return this.#once(HAS.id) && this.#id();
    if (this.#was(PROMPT)) return this.#once(HAS.prompt) && this.#prompt();
    if (this.#was(ANSWER) || this.#was(COMPLETION)) return this.#once(HAS.answer) && this.#text();
    if (this.#was(TEXT)) return this.#once(HAS.text) && this.#text();
    return this.#was(SUBJECTS) && this.#once(HAS.subjects) && this.#people();
  }

  #id(): boolean {
    const fits = this.#string(1, MOST.id, true);
    this.idFrom = this.#from;
    this.idTo = this.#to;
    return fits;
  }

  #prompt(): boolean {
    const fits = this.#string(0, MOST.text, false);
    this.promptFrom = this.#from;
    this.promptTo = this.#to;
    return fits;
  }

  #text(): boolean {
    const fits = this.#string(1, MOST.text, false);
    this.textFrom = this.#from;
    this.textTo = this.#to;
    return fits;
  }

  #people(): boolean {
    if (!this.#next(BRACKET)) return false;
    if (this.#next(BRACKET_END)) return true;
    do if (this.count === MOST_SUBJECTS || !this.#person()) return false;
    while (this.#next(COMMA));
    return this.#next(BRACKET_END);
  }

  /** One type, and one value or hash. */
  #person(): boolean {
    const at = this.count++ * SUBJECT_NUMBERS;
    let [types, values] = [0, 0];
    if (!this.#next(BRACE)) return false;
    do {
      if (!this.#string(1, MOST.type, true) || !this.#next(COLON)) return false;
      const isType = this.#was(TYPE);
      const isHash = this.#was(SHA256);
      if (!isType && !isHash && !this.#was(VALUE)) return false;
      if (!this.#string(1, isType ? MOST.type : MOST.value, true)) return false;
      if (isType ? !this.#isType() : isHash && !this.#isHash()) return false;
      const place = isType ? at : at + 2;
      this.subjects[place] = this.#from;
      this.subjects[place + 1] = this.#to;
      if (isType) types++;
      else values++;
      if (!isType) this.subjects[at + 4] = Number(isHash);
    } while (this.#next(COMMA));
    return this.#next(BRACE_END) && types === 1 && values === 1;
  }

  #isType(): boolean {
    if (!isLetter(this.#bytes[this.#from]!)) return false;
    for (let at = this.#from; at < this.#to; at++) {
      const byte = this.#bytes[at]!;
      if (!isLetter(byte) && !isDigit(byte) && byte !== 0x5f) return false;
    }
    return true;
  }

  #isHash(): boolean {
    if (this.#to - this.#from !== SHA256_BYTES) return false;
    for (let at = this.#from; at < this.#to; at++) {
      const byte = this.#bytes[at]!;
      if (!isDigit(byte) && !(byte >= 0x61 && byte <= 0x66)) return false;
    }
    return true;
  }
}
