// Waits for limits of memory and of time.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tryTemplate } from '../../src/corpora/chat-trial.ts';
import { said, templateFolder } from './template-folder.ts';

const CONVERSATIONS = [said('user', 'assistant'), said('assistant'), said('system', 'user', 'assistant')];

test('a template that takes all memory, or all time, ends with its thread', async (t) => {
  const doubling =
    '{% set s = namespace(a=[1]) %}{% for i in range(60) %}{% set s.a = s.a + s.a %}{% endfor %}{{ messages[0].content }}';
  const greedy = await tryTemplate({ folder: await templateFolder(t, doubling), conversations: CONVERSATIONS });
  assert.match(greedy!.reason, /memory|does not end|refuses/);
  assert.equal(greedy!.at, 0);
  const endless =
    '{% for a in range(9999) %}{% for b in range(9999) %}{% for c in range(9999) %}{% endfor %}{% endfor %}{% endfor %}';
  const slow = await tryTemplate({ folder: await templateFolder(t, endless), conversations: CONVERSATIONS });
  assert.deepEqual(slow, { at: 0, reason: 'the chat template does not end: simplify it' });
});
