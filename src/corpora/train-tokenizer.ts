// Trains a byte-level BPE tokenizer. Neural Machine Translation of Rare Words with Subword Units, arXiv:1508.07909;
// bytes and pre-tokenisation as in GPT-2.
import { mergePairs } from './merge-pairs.ts';
import type { WordCounts } from './words.ts';

export const END_OF_TEXT = '<|endoftext|>';

/** A visible character for every byte: printable Latin-1 stands for itself, the rest is moved up from U+0100. */
function byteAlphabet(): string[] {
  let moved = 0x100;
  return Array.from({ length: 256 }, (_, byte) => {
    const printable = (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte !== 0xad);
    return String.fromCharCode(printable ? byte : moved++);
  });
}

/**
 * Learns a vocabulary of at most `vocabSize` tokens (at least 257: every byte, and the end of text as id 0). Pairs that
 * occur once are not merged, so few words give fewer tokens: `vocabSize` of the result counts them. The same words,
 * in any order, give the same tokenizer.
 */
export function trainTokenizer(
  counts: WordCounts,
  vocabSize: number,
): { tokenizerJson: object; tokenizerConfig: object; vocabSize: number } {
  if (!Number.isInteger(vocabSize) || vocabSize < 257)
    throw new RangeError(`vocabSize is ${vocabSize}; it must be an integer of at least 257`);
  const alphabet = byteAlphabet();
  const tokens = [END_OF_TEXT, ...[...alphabet].sort()];
  const idOfByte = alphabet.map((character) => tokens.indexOf(character));
  const words = [...counts].map(([word, count]) => ({
    ids: Array.from(Buffer.from(word), (byte) => idOfByte[byte]!),
    count,
  }));
  const merges = mergePairs(words, tokens, vocabSize);
  return {
    tokenizerJson: {
      version: '1.0',
      truncation: null,
      padding: null,
      added_tokens: [
        {
          id: 0,
          content: END_OF_TEXT,
          single_word: false,
          lstrip: false,
          rstrip: false,
          normalized: false,
          special: true,
        },
      ],
      normalizer: null,
      pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
      post_processor: null,
      decoder: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
      model: {
        type: 'BPE',
        dropout: null,
        unk_token: null,
        continuing_subword_prefix: null,
        end_of_word_suffix: null,
        fuse_unk: false,
        byte_fallback: false,
        ignore_merges: false,
        vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
        merges,
      },
    },
    tokenizerConfig: {
      tokenizer_class: 'GPT2Tokenizer',
      add_prefix_space: false,
      bos_token: END_OF_TEXT,
      eos_token: END_OF_TEXT,
      unk_token: END_OF_TEXT,
      clean_up_tokenization_spaces: false,
    },
    vocabSize: tokens.length,
  };
}
