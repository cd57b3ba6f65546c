// Holds the corpora of a registration against the model: what it cannot learn is refused, what it loses is said.
import { readdir } from 'node:fs/promises';
import { readClassifier } from '../checkpoints/layers-model/classifier-folder.ts';
import { isLayersModel } from '../checkpoints/layers-model/files.ts';
import { readConfig } from '../checkpoints/layout.ts';
import { tryTemplate } from '../corpora/chat-trial.ts';
import { CharacterSample, type RoundTrip, roundTrip } from '../corpora/round-trip.ts';
import { rowSizes, SizeSample } from '../corpora/row-sizes.ts';
import { loadTokenizer } from '../corpora/tokenizer.ts';
import type { CorpusRole, Message } from '../domain/record.ts';
import type { Corpus, RowSizes } from '../domain/resources.ts';
import type { Tokenizer } from '../domain/tokenizer.ts';
import { ExpungeError } from '../errors.ts';
import type { CorpusFiles } from '../runs/ports.ts';
import { type ExampleForm, encodeExample } from '../training/examples.ts';

/** Records of a corpus whose form is looked at; a run refuses any that come later, before it trains. */
const EXAMINED = 100_000;
/** Conversations that the chat template is tried on. */
const TRIED = 100;

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

interface Conversation {
  ordinal: number;
  messages: Message[];
}

/** Tries the chat template on the first conversations. Throws `corpus-unsuited` naming the line. */
async function tryConversations(folder: string, index: number, found: readonly Conversation[]): Promise<void> {
  if (found.length === 0) return;
  const fault = await tryTemplate({ folder, conversations: found.map(({ messages }) => messages) });
  if (fault === null) return;
  const remedy = 'Mend the chat template, or write the conversations out as prompts with answers.';
  throw unsuited(index, found[fault.at]!.ordinal, `is a conversation that cannot be written: ${fault.reason}`, remedy);
}

interface Named {
  corpus: Corpus;
  index: number;
}

async function examine(
  files: CorpusFiles,
  { corpus, index }: Named,
  { folder, tokenizer, sizes }: { folder: string; tokenizer: Tokenizer; sizes: SizeSample | null },
): Promise<string | null> {
  const sample = new CharacterSample();
  const conversations: Conversation[] = [];
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
    if ('messages' in record && conversations.length < TRIED)
      conversations.push({ ordinal, messages: record.messages });
    if (sample.open) sample.add(record, ordinal);
    sizes?.add(record);
    if (++ordinal === EXAMINED) break;
  }
  await tryConversations(folder, index, conversations);
  return warningOf(corpus.name, await roundTrip(tokenizer, sample));
}

/** Every record must be an example that the classifier takes. */
async function examineExamples(files: CorpusFiles, { corpus, index }: Named, form: ExampleForm): Promise<void> {
  let ordinal = 0;
  for await (const record of files.read(corpus.id)) {
    if (!('input' in record))
      throw unsuited(
        index,
        ordinal,
        'holds text, which a classifier does not learn',
        'Name a corpus of input and label.',
      );
    try {
      encodeExample(form, record);
    } catch (error) {
      throw unsuited(index, ordinal, `does not fit the model: ${(error as Error).message}`, 'Correct the corpus.');
    }
    if (++ordinal === EXAMINED) break;
  }
}

export interface Fit {
  warnings: string[];
  /** Null of a classifier, and without train corpora. */
  rows: RowSizes | null;
}

/** What is to be said of the corpora, for the model whose checkpoint lies in `folder`. Throws `corpus-unsuited` naming the corpus and the line. */
export async function fitCorpora(
  files: CorpusFiles,
  named: readonly { corpus: Corpus; role: CorpusRole }[],
  folder: string,
): Promise<Fit> {
  if (isLayersModel(await readdir(folder))) {
    const { config } = await readClassifier(folder);
    for (const [index, { corpus }] of named.entries()) await examineExamples(files, { corpus, index }, config);
    return { warnings: [], rows: null };
  }
  const tokenizer = await loadTokenizer(folder);
  const learned = new SizeSample();
  const warnings: string[] = [];
  for (const [index, { corpus, role }] of named.entries()) {
    const sizes = role === 'train' ? learned : null;
    const warning = await examine(files, { corpus, index }, { folder, tokenizer, sizes });
    if (warning !== null) warnings.push(warning);
  }
  const { architecture, config } = await readConfig(folder);
  return { warnings, rows: rowSizes(tokenizer, learned, architecture.contextLength(config)) };
}
