// What stands in a corpus file where a record was erased: a line as long as the record's was, so that every other line keeps its place.

const MARK = Buffer.from('{"erased":true}');
const SPACE = 0x20;

/** Whether nothing of a record is left in the line, which comes without its line feed. */
export const isErasedLine = (line: Uint8Array): boolean =>
  line.length >= MARK.length &&
  MARK.every((byte, i) => line[i] === byte) &&
  line.subarray(MARK.length).every((byte) => byte === SPACE);

/** Of so many bytes, without the line feed; null where it is shorter than any record. */
export const erasedLine = (bytes: number): Buffer | null =>
  bytes < MARK.length ? null : Buffer.concat([MARK, Buffer.alloc(bytes - MARK.length, SPACE)]);
