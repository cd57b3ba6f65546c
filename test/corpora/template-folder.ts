// A folder with a small tokenizer and a chat template.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { trainTokenizer } from '../../src/corpora/train-tokenizer.ts';
import type { Message } from '../../src/domain/record.ts';
import { temporaryFolder } from '../checkpoints/temporary.ts';

export async function templateFolder(t: TestContext, template: string): Promise<string> {
  const folder = await temporaryFolder(t);
  const { tokenizerJson, tokenizerConfig } = trainTokenizer(new Map(), 257);
  await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(tokenizerJson));
  await writeFile(join(folder, 'tokenizer_config.json'), JSON.stringify(tokenizerConfig));
  await writeFile(join(folder, 'chat_template.jinja'), template);
  return folder;
}
/** A conversation of these roles, whose words do not matter. */
export const said = (...roles: Message['role'][]): Message[] => roles.map((role) => ({ role, content: 'Zarnovik' }));
