// Holds the corpora of a registration against a classifier: every record must be an example that it takes.
import { readClassifier } from '../checkpoints/layers-model/classifier-folder.ts';
import { readTextInput } from '../checkpoints/layers-model/text-input.ts';
import type { TextInput } from '../corpora/text-input.ts';
import { TextSample, unknownWords } from '../corpora/unknown-words.ts';
import type { CorpusFiles } from '../runs/ports.ts';
import { checkExample, type ExampleForm } from '../training/examples.ts';
import { examinedOf, type Named, unsuited } from './unsuited.ts';

type Takes = ExampleForm & { text: TextInput | null };

function warningOf(name: string, text: TextInput, sample: TextSample): string | null {
  if (sample.texts.length === 0) return null;
  const found = unknownWords(text, sample);
  if (found === null) return `The tokenizer took too long to be tried on the texts of the corpus ${name}.`;
  const { texts, unknown, first } = found;
  if (first === null) return null;
  const where = `record ${first.ordinal + 1}, ${first.field}, character ${first.offset + 1}`;
  return `The tokenizer does not know every word of ${unknown} of the first ${texts} texts of the corpus ${name}, the first at ${where}: the model cannot tell such words apart.`;
}

async function examine(files: CorpusFiles, named: Named, takes: Takes): Promise<string | null> {
  const { corpus, index } = named;
  const examined = examinedOf(named);
  const { text } = takes;
  const sample = new TextSample();
  for await (const { ordinal, ...record } of files.readLines(corpus.id)) {
    if (ordinal >= examined) break;
    if (!('input' in record))
      throw unsuited(
        index,
        ordinal,
        'is no record of input and label, which a classifier learns',
        'Name a corpus of input and label.',
      );
    try {
      // whoever made the tokenizer is not trusted with this thread: of texts a sample is encoded below, and all of them by the run
      checkExample(takes, record);
    } catch (error) {
      throw unsuited(index, ordinal, `does not fit the model: ${(error as Error).message}`, 'Correct the corpus.');
    }
    if (typeof record.input === 'string') sample.add(record.input, ordinal);
  }
  return text && warningOf(corpus.name, text, sample);
}

/** Warnings about the corpora, for the classifier in `folder`. Throws `corpus-unsuited` naming the corpus and the line. */
export async function fitExamples(files: CorpusFiles, named: readonly Named[], folder: string): Promise<string[]> {
  const { config, recipe } = await readClassifier(folder);
  const takes = { ...config, text: await readTextInput(folder, config, recipe) };
  const warnings: string[] = [];
  for (const one of named) {
    const warning = await examine(files, one, takes);
    if (warning !== null) warnings.push(warning);
  }
  return warnings;
}
