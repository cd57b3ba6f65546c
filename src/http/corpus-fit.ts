// Holds the corpora of a registration against the model's tokenizer: what it cannot learn is refused, what it loses is said.
import { CharacterSample, type RoundTrip, roundTrip } from '../corpora/round-trip.ts';
import type { Corpus } from '../domain/resources.ts';
import type { Tokenizer } from '../domain/tokenizer.ts';
import { ExpungeError } from '../errors.ts';
import type { CorpusFiles } from '../runs/ports.ts';

/** Records of a corpus whose form is looked at; a run refuses any that come later, before it trains. */
const EXAMINED = 100_000;

function unsuited(index: number, ordinal: number, why: string, remedy: string): ExpungeError {
  const detail = `line ${ordinal + 1} ${why}`;
  return new ExpungeError('corpus-unsuited', `#/corpora/${index}: ${detail}. ${remedy}`, {
    errors: [{ pointer: `#/corpora/${index}`, detail }],
    extra: { line: ordinal + 1 },
  });
}

function warningOf(name: string, { different, lost, first, stopped }: RoundTrip): string | null {
  if (stopped) return `The tokenizer took too long to be tried on the characters of the corpus ${name}.`;
  if (first === null) return null;
  const where = `record ${first.ordinal + 1}, ${first.field}, character ${first.offset + 1}`;
  return `The tokenizer does not give back ${lost} of ${different} different characters of the corpus ${name}, the first at ${where}: they are neither learned nor measured.`;
}

async function examine(
  files: CorpusFiles,
  { corpus, index }: { corpus: Corpus; index: number },
  tokenizer: Tokenizer,
): Promise<string | null> {
  const sample = new CharacterSample();
  let ordinal = 0;
  for await (const record of files.read(corpus.id)) {
    if ('input' in record)
      throw unsuited(
        index,
        ordinal,
        'holds input and label, which a language model does not learn',
        'Name a corpus of text, prompts with answers, or conversations.',
      );
    if ('messages' in record && tokenizer.chat === null)
      throw unsuited(
        index,
        ordinal,
        'is a conversation, and the checkpoint has no chat template',
        'Add chat_template.jinja to the folder, or write the conversations out as prompts with answers.',
      );
    if (sample.open) sample.add(record, ordinal);
    if (++ordinal === EXAMINED) break;
  }
  return warningOf(corpus.name, await roundTrip(tokenizer, sample));
}

/** Warnings for the model. Throws `corpus-unsuited` naming the corpus and the line. */
export async function fitCorpora(
  files: CorpusFiles,
  named: readonly { corpus: Corpus }[],
  tokenizer: Tokenizer,
): Promise<string[]> {
  const warnings: string[] = [];
  for (const [index, { corpus }] of named.entries()) {
    const warning = await examine(files, { corpus, index }, tokenizer);
    if (warning !== null) warnings.push(warning);
  }
  return warnings;
}
