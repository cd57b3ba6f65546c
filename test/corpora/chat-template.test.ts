import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configuredTemplate, createTemplate, MAX_TEMPLATE_BYTES } from '../../src/corpora/chat-template.ts';
import type { Message } from '../../src/domain/record.ts';

const SAID: Message[] = [{ role: 'user', content: 'Where is Ostrevik?' }];
const render = (source: string, config: object = {}) =>
  createTemplate(source, config)([{ messages: SAID, addGenerationPrompt: true }])[0];

test('special tokens, the day and the length of a count are the same whenever it is asked', () => {
  assert.equal(
    render('{{ bos_token }}|{{ eos_token }}', { bos_token: '<s>', eos_token: { content: '</s>' } }),
    '<s>|</s>',
  );
  assert.equal(render('{{ unk_token is defined }}', { unk_token: null }), 'false');
  assert.equal(render("{{ strftime_now('%d %b %Y %B %m %H:%M%%') }}"), '26 Jul 2024 July 07 00:00%');
  assert.equal(
    render('{% for i in range(2, 8, 3) %}{{ i }},{% endfor %}{% for i in range(2) %}{{ i }}{% endfor %}'),
    '2,5,01',
  );
  assert.equal(render('{{ tools is none }}{{ documents is none }}{{ add_generation_prompt }}'), 'truetruetrue');
});

test('a template that does not end, counts too far or writes too much is stopped', () => {
  const loops = `{%- for a in range(10000) -%}{%- for b in range(10000) -%}{%- for c in range(10000) -%}
    {%- endfor -%}{%- endfor -%}{%- endfor -%}`;
  const started = performance.now();
  assert.throws(() => render(loops), /does not end/);
  assert.ok(performance.now() - started < 10_000);
  assert.throws(() => render('{% for i in range(1000000000) %}{% endfor %}'), /refuses the conversation$/);
  assert.throws(() => render('{% for i in range(0, 5, 0) %}{% endfor %}'), /refuses the conversation$/);
  assert.throws(() => render("{% for i in range(9999) %}{{ 'twelve bytes' }}{% endfor %}"), /writes far more than/);
  const doubling =
    "{% set s = namespace(t='0123456789') %}{% for i in range(40) %}{% set s.t = s.t + s.t %}{% endfor %}{{ s.t }}";
  assert.throws(() => render(doubling), /refuses the conversation$|writes far more than/);
  assert.throws(() => render('x'.repeat(MAX_TEMPLATE_BYTES + 1)), /is longer than/);
});

test('it reaches nothing but what it is given', () => {
  for (const expression of [
    'messages.constructor',
    'range.constructor',
    '"".constructor',
    'messages.__proto__',
    'process',
  ])
    assert.equal(render(`{{ ${expression} is defined }}`), 'false', expression);
});

test('one template, or the default of several, is taken from tokenizer_config.json', () => {
  assert.equal(configuredTemplate({ chat_template: 'one' }), 'one');
  const several = [
    { name: 'tool_use', template: 'two' },
    { name: 'default', template: 'one' },
  ];
  assert.equal(configuredTemplate({ chat_template: several }), 'one');
  for (const chat_template of [undefined, null, 5, [], [null], [{ name: 'default' }]])
    assert.equal(configuredTemplate({ chat_template }), null);
});
