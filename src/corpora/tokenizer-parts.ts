// The parts that a tokenizer.json is put together from: which of them can be computed exactly, and variants of the file.
import { ExpungeError } from '../errors.ts';

/** A part of tokenizer.json: a type, and parameters that hang on it. */
interface Part {
  type?: string;
  [name: string]: unknown;
}
export interface TokenizerJson {
  added_tokens?: { id: number; content: string; special?: boolean; lstrip?: boolean; rstrip?: boolean }[];
  normalizer?: Part | null;
  pre_tokenizer?: Part | null;
  post_processor?: Part | null;
  decoder?: Part | null;
  model: Part & { vocab: Record<string, number> | [string, number][]; unk_token?: string | null };
}

/** Held against the original library by test/fixtures/tokenizers, or plain enough to be read off. */
const SUPPORTED = {
  model: ['BPE', 'WordPiece', 'Unigram'],
  normalizer: [
    ...['Sequence', 'NFC', 'NFD', 'NFKC', 'NFKD', 'Replace', 'Prepend', 'Strip', 'StripAccents', 'Lowercase'],
    'BertNormalizer',
  ],
  pre_tokenizer: [
    ...['Sequence', 'ByteLevel', 'Split', 'Metaspace', 'Digits', 'Whitespace', 'WhitespaceSplit', 'Punctuation'],
    'BertPreTokenizer',
  ],
  decoder: ['Sequence', 'ByteLevel', 'Metaspace', 'WordPiece', 'Replace', 'ByteFallback', 'Fuse', 'Strip'],
  post_processor: ['Sequence', 'ByteLevel', 'TemplateProcessing', 'BertProcessing', 'RobertaProcessing'],
} as const;
type Room = keyof typeof SUPPORTED;

const refused = (room: Room, what: string, known: string): ExpungeError =>
  new ExpungeError('checkpoint-invalid', `tokenizer.json: its ${room} ${what}. ${known}`);

const CHILDREN = ['normalizers', 'pretokenizers', 'decoders', 'processors'];

/** Parts of a room from the outside in. */
function* partsOf(part: Part | null | undefined): Generator<Part> {
  if (part === null || part === undefined) return;
  yield part;
  for (const name of CHILDREN) if (Array.isArray(part[name])) for (const child of part[name]) yield* partsOf(child);
}

/** What a supported part asks for that would be computed otherwise than the original does. */
function unsupportedOption(room: Room, part: Part): string | null {
  const behaviour = String(part.behavior ?? '').toLowerCase();
  if (part.type === 'Split' && !['isolated', 'removed'].includes(behaviour) && part.invert !== true)
    return `splits with the behavior ${behaviour || 'that it does not name'}`;
  if (part.type === 'Punctuation' && behaviour !== 'contiguous') return 'isolates punctuation mark by mark';
  if (room === 'model' && part.type === 'BPE' && part.continuing_subword_prefix)
    return 'marks continued words with a prefix';
  return null;
}

/** Throws `checkpoint-invalid` naming a part that cannot be computed as the original library does. */
export function checkParts(json: TokenizerJson): void {
  for (const room of Object.keys(SUPPORTED) as Room[])
    for (const part of partsOf(json[room])) {
      const known: readonly string[] = SUPPORTED[room];
      // a file without a type is older, and its model is told by its fields
      const { type } = part;
      if (!(type === undefined && room === 'model') && !(typeof type === 'string' && known.includes(type))) {
        const name = typeof type === 'string' ? `is ${JSON.stringify(type.slice(0, 40))}` : 'has no type';
        throw refused(room, name, `Supported are: ${known.join(', ')}.`);
      }
      const option = unsupportedOption(room, part);
      if (option !== null) throw refused(room, option, 'Use a model with another kind of tokenizer.');
    }
}

/** The part with `change` applied to it and all below; the very same object when nothing changed. */
function mapPart(part: Part | null | undefined, change: (part: Part) => Part | null): Part | null {
  if (part === null || part === undefined) return null;
  let mapped: Part = part;
  for (const name of CHILDREN) {
    const children = part[name];
    if (!Array.isArray(children)) continue;
    const changed = children.map((child: Part) => mapPart(child, change));
    if (changed.some((child, i) => child !== children[i])) mapped = { ...mapped, [name]: changed };
  }
  return change(mapped);
}

const split = (pattern: string, rest: Part): Part => ({ type: 'Split', pattern: { Regex: pattern }, ...rest });
const isolated = { behavior: 'Isolated', invert: false };

/** Parts that the parser reads as ASCII or does by halves, said with parts that it does in full. */
function mendPreTokenizer(part: Part): Part {
  if (part.type === 'Digits') return split(part.individual_digits ? '\\p{N}' : '\\p{N}+', isolated);
  if (part.type === 'Whitespace') return split('\\w+|[^\\w\\s]+', { behavior: 'Removed', invert: true });
  if (part.type === 'Metaspace' && part.split !== false) {
    const mark = String(part.replacement ?? '▁');
    const words = split(`${mark}[^${mark}]*`, isolated);
    return { type: 'Sequence', pretokenizers: [{ ...part, split: false }, words] };
  }
  return part;
}

/** All members that the parser asks for, and parts that it computes exactly. */
export const mended = (json: TokenizerJson): TokenizerJson => ({
  ...json,
  added_tokens: json.added_tokens ?? [],
  normalizer: json.normalizer ?? null,
  pre_tokenizer: mapPart(json.pre_tokenizer, mendPreTokenizer),
  post_processor: json.post_processor ?? null,
  decoder: json.decoder ?? null,
});

/** Where a text stands: at the start, after a special token, or right after other text. */
export type Place = 'start' | 'section' | 'continued';

/** The same tokenizer for texts at another place: there, no space is put before a text that would get one. */
export function placed(json: TokenizerJson, place: Place): TokenizerJson {
  if (place === 'start') return json;
  const change = (part: Part): Part | null => {
    if (part.type === 'Metaspace' && (place === 'continued' || part.prepend_scheme === 'first'))
      return part.prepend_scheme === 'never' ? part : { ...part, prepend_scheme: 'never' };
    if (place === 'section') return part;
    if (part.type === 'Prepend') return null;
    return part.type === 'ByteLevel' && part.add_prefix_space === true ? { ...part, add_prefix_space: false } : part;
  };
  const normalizer = mapPart(json.normalizer, change);
  const pre_tokenizer = mapPart(json.pre_tokenizer, change);
  const same = normalizer === json.normalizer && pre_tokenizer === json.pre_tokenizer;
  return same ? json : { ...json, normalizer, pre_tokenizer };
}

/** The same ids, but no text gives a special token: each has a name with half a surrogate pair, which no text holds. */
export function withoutSpecials(json: TokenizerJson): TokenizerJson {
  const specials = new Map((json.added_tokens ?? []).filter((t) => t.special).map((t) => [t.content, `\ud800${t.id}`]));
  const renamed = (name: string): string => specials.get(name) ?? name;
  const { vocab, unk_token } = json.model;
  return {
    ...json,
    added_tokens: (json.added_tokens ?? []).filter((token) => !token.special),
    model: {
      ...json.model,
      vocab: Array.isArray(vocab)
        ? vocab.map(([name, score]): [string, number] => [renamed(name), score])
        : Object.fromEntries(Object.entries(vocab).map(([name, id]) => [renamed(name), id])),
      ...(typeof unk_token === 'string' ? { unk_token: renamed(unk_token) } : {}),
    },
  };
}
