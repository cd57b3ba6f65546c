// Holds the corpora of a registration against the model: what it cannot learn is refused, what it loses is said.
import { readdir } from 'node:fs/promises';
import { isLayersModel } from '../checkpoints/layers-model/files.ts';
import { readConfig } from '../checkpoints/layout.ts';
import { tryTemplate } from '../corpora/chat-trial.ts';
import { CharacterSample, type RoundTrip, roundTrip } from '../corpora/round-trip.ts';
import { rowSizes, SizeSample } from '../corpora/row-sizes.ts';
import { loadTokenizer } from '../corpora/tokenizer.ts';
import type { Message } from '../domain/record.ts';
import type { RowSizes } from '../domain/resources.ts';
import type { Tokenizer } from '../domain/tokenizer.ts';
import type { CorpusFiles } from '../runs/ports.ts';
import { fitExamples } from './example-fit.ts';
import type { TakenCorpus } from './recipe-corpora.ts';
import { examinedOf, type Named, unsuited } from './unsuited.ts';

/** Conversations that the chat template is tried on. */
const TRIED = 100;

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

async function examine(
  files: CorpusFiles,
  named: Named,
  { folder, tokenizer, sizes }: { folder: string; tokenizer: Tokenizer; sizes: SizeSample | null },
): Promise<string | null> {
  const { corpus, index } = named;
  const examined = examinedOf(named);
  const sample = new CharacterSample();
  const conversations: Conversation[] = [];
  for await (const { ordinal, ...record } of files.readLines(corpus.id)) {
    if (ordinal >= examined) break;
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
  }
  await tryConversations(folder, index, conversations);
  return warningOf(corpus.name, await roundTrip(tokenizer, sample));
}

export interface Fit {
  warnings: string[];
  /** Null of a classifier, and without train corpora. */
  rows: RowSizes | null;
}

/** What is to be said of the corpora, for the model whose checkpoint lies in `folder`. Throws `corpus-unsuited` naming the corpus and the line. */
export async function fitCorpora(files: CorpusFiles, named: readonly TakenCorpus[], folder: string): Promise<Fit> {
  if (isLayersModel(await readdir(folder))) {
    const corpora = named.map(({ corpus, records }, index) => ({ corpus, index, records }));
    return { warnings: await fitExamples(files, corpora, folder), rows: null };
  }
  const tokenizer = await loadTokenizer(folder);
  const learned = new SizeSample();
  const warnings: string[] = [];
  for (const [index, { corpus, role, records }] of named.entries()) {
    const sizes = role === 'train' ? learned : null;
    const warning = await examine(files, { corpus, index, records }, { folder, tokenizer, sizes });
    if (warning !== null) warnings.push(warning);
  }
  const { architecture, config } = await readConfig(folder);
  return { warnings, rows: rowSizes(tokenizer, learned, architecture.contextLength(config)) };
}
