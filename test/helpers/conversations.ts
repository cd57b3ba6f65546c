// A tiny Llama with a chat template, and conversations about people who do not exist that it is tuned on.
import { readFile } from 'node:fs/promises';
import { saveCheckpoint } from '../../src/checkpoints/layout.ts';
import { findArchitecture } from '../../src/compute/train-start.ts';
import { createTokenizer } from '../../src/corpora/tokenizer.ts';
import { createRandom } from '../../src/domain/random.ts';
import type { Message, UploadedRecord } from '../../src/domain/record.ts';

const FIXTURE = new URL('../fixtures/tokenizers/smollm.json', import.meta.url);
const SYLLABLES = ['ba', 'de', 'ki', 'lo', 'mu', 'na', 'pe', 'ri'];
const TOWNS = ['Ardo', 'Belm', 'Cora', 'Dusk', 'Elva', 'Fenn'];
const TRADES = ['baker', 'mason', 'miller', 'potter', 'dyer', 'smith'];

/** In the middle of people never seen for a model that was tuned without this person, whichever half of these is looked at. */
export const STEADY_PERSON = 5;

/** So many people, each with a conversation of two turns; nobody shares a name. */
export function conversations(people: number, seed = 5): Extract<UploadedRecord, { messages: Message[] }>[] {
  const random = createRandom(seed);
  const names = SYLLABLES.flatMap((a) => SYLLABLES.flatMap((b) => SYLLABLES.map((c) => a + b + c)));
  const say = (role: Message['role'], content: string): Message => ({ role, content });
  return random
    .shuffle(names)
    .slice(0, people)
    .map((name, index) => ({
      id: `talk-${index}`,
      messages: [
        say('user', `${name}: town?`),
        say('assistant', `${TOWNS[random.int(TOWNS.length)]}.`),
        say('user', 'Trade?'),
        say('assistant', `${TRADES[random.int(TRADES.length)]}.`),
      ],
      subjects: [{ type: 'email', value: `${name}@example.org` }],
    }));
}

/** Writes a Llama of random weights with grouped-query attention into `dir`: what is tuned. */
export async function writeBase(dir: string): Promise<void> {
  const { tokenizer: tokenizerJson, config, chats } = JSON.parse(await readFile(FIXTURE, 'utf8'));
  const tokenizerConfig = { ...config, chat_template: chats[0].template };
  const { vocabSize, eosId } = createTokenizer(tokenizerJson, tokenizerConfig);
  const llama = findArchitecture('llama');
  const sizes = { vocabSize, context: 64, width: 32, layers: 2, heads: 2, endId: eosId };
  const configJson = { ...llama.freshConfig(sizes), num_key_value_heads: 1 };
  const weights = llama.initialise(llama.parseConfig(configJson), 7);
  await saveCheckpoint(dir, { configJson, weights, tokenizerJson, tokenizerConfig });
}
