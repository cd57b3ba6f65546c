// Bytes that stand for letters outside the vocabulary, put together as the original library does.

/** What is used of the parser's decoders. */
export interface Decoder {
  config: { type: string };
  text_decoder?: InstanceType<typeof TextDecoder>;
  decoders?: Decoder[];
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A run of bytes is text as a whole, or each byte becomes a replacement character. A byte order mark is a letter. */
class WholeRuns extends TextDecoder {
  override decode(bytes: Uint8Array = new Uint8Array()): string {
    try {
      return strict.decode(bytes);
    } catch {
      return '\ufffd'.repeat(bytes.length);
    }
  }
}

/** Changes the decoder in place: the parser's own drops byte order marks, and saves what it can of a broken run. */
export function mendDecoder(decoder: Decoder | null): void {
  if (decoder?.config.type === 'ByteFallback') decoder.text_decoder = new WholeRuns();
  for (const part of decoder?.decoders ?? []) mendDecoder(part);
}
