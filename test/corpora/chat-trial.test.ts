import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tryTemplate } from '../../src/corpora/chat-trial.ts';
import { said, templateFolder } from './template-folder.ts';

const CONVERSATIONS = [said('user', 'assistant'), said('assistant'), said('system', 'user', 'assistant')];

test('a template that takes every conversation has no fault', async (t) => {
  const folder = await templateFolder(t, '{% for m in messages %}{{ m.role + m.content }}{% endfor %}');
  assert.equal(await tryTemplate({ folder, conversations: CONVERSATIONS }), null);
});

test('the first conversation that a template refuses is named by its number', async (t) => {
  const template =
    "{% if messages and messages[0].role == 'system' %}{{ raise_exception('no system') }}{% endif %}{% for m in messages %}{{ m.content }}{% endfor %}";
  const fault = await tryTemplate({ folder: await templateFolder(t, template), conversations: CONVERSATIONS });
  assert.deepEqual(fault, { at: 2, reason: 'the chat template refuses the conversation: no system' });
});
