import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { tryTemplate } from '../../src/corpora/chat-trial.ts';
import { trainTokenizer } from '../../src/corpora/train-tokenizer.ts';
import type { Message } from '../../src/domain/record.ts';
import { temporaryFolder } from '../checkpoints/temporary.ts';

async function checkpoint(t: TestContext, template: string): Promise<string> {
  const folder = await temporaryFolder(t);
  const { tokenizerJson, tokenizerConfig } = trainTokenizer(new Map(), 257);
  await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(tokenizerJson));
  await writeFile(join(folder, 'tokenizer_config.json'), JSON.stringify(tokenizerConfig));
  await writeFile(join(folder, 'chat_template.jinja'), template);
  return folder;
}
const said = (...roles: Message['role'][]): Message[] => roles.map((role) => ({ role, content: 'Zarnovik' }));
const CONVERSATIONS = [said('user', 'assistant'), said('assistant'), said('system', 'user', 'assistant')];

test('a template that takes every conversation has no fault', async (t) => {
  const folder = await checkpoint(t, '{% for m in messages %}{{ m.role + m.content }}{% endfor %}');
  assert.equal(await tryTemplate({ folder, conversations: CONVERSATIONS }), null);
});

test('the first conversation that a template refuses is named by its number', async (t) => {
  const template =
    "{% if messages and messages[0].role == 'system' %}{{ raise_exception('no system') }}{% endif %}{% for m in messages %}{{ m.content }}{% endfor %}";
  const fault = await tryTemplate({ folder: await checkpoint(t, template), conversations: CONVERSATIONS });
  assert.deepEqual(fault, { at: 2, reason: 'the chat template refuses the conversation: no system' });
});

test('a template that takes all memory, or all time, ends with its thread', async (t) => {
  const doubling =
    '{% set s = namespace(a=[1]) %}{% for i in range(60) %}{% set s.a = s.a + s.a %}{% endfor %}{{ messages[0].content }}';
  const greedy = await tryTemplate({ folder: await checkpoint(t, doubling), conversations: CONVERSATIONS });
  assert.match(greedy!.reason, /memory|does not end|refuses/);
  assert.equal(greedy!.at, 0);
  const endless =
    '{% for a in range(9999) %}{% for b in range(9999) %}{% for c in range(9999) %}{% endfor %}{% endfor %}{% endfor %}';
  const slow = await tryTemplate({ folder: await checkpoint(t, endless), conversations: CONVERSATIONS });
  assert.deepEqual(slow, { at: 0, reason: 'the chat template does not end: simplify it' });
});
