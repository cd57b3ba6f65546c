// What a registration says of the corpora that it names, over the real application.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { writeTinyCheckpoint } from './checkpoint-fixture.ts';
import { call, corpusWith, line, openService, type TestService } from './service.ts';

const closers: (() => unknown)[] = [];
let service: TestService;
before(async () => {
  service = await openService({ after: (close) => void closers.push(close as () => unknown) });
});
after(async () => {
  for (const close of closers) await close();
});

let made = 0;
async function register(lines: string[], change: (folder: string) => Promise<void> = async () => {}) {
  const name = `fit-${++made}`;
  const corpus_id = await corpusWith(service.app, name, lines);
  const path = await writeTinyCheckpoint(service.importDir, name, null, made);
  await change(join(service.importDir, path));
  return call(service.app, 'POST', '/v1/models', { name, path, corpora: [{ corpus_id, role: 'train' }] });
}
const TALK = JSON.stringify({ id: 'talk', messages: [{ role: 'assistant', content: 'Zarnovik' }] });

test('a language model refuses labels, and conversations without a chat template, by line and never by text', async () => {
  const labelled = JSON.stringify({ id: 'class', input: 'Zarnovik', label: 1 });
  const cases: [string[], RegExp][] = [
    [[line('a'), labelled], /^#\/corpora\/0: line 2 holds input and label.*Name a corpus of text/],
    [[line('a'), line('b'), TALK, TALK.replace('talk', 'more')], /line 3 is a conversation.*Add chat_template\.jinja/],
  ];
  for (const [lines, message] of cases) {
    const answer = await register(lines);
    assert.equal(answer.statusCode, 422, answer.body);
    const problem = answer.json();
    assert.equal(problem.code, 'corpus-unsuited');
    assert.match(problem.detail, message);
    assert.deepEqual(
      [problem.errors[0].pointer, problem.line],
      ['#/corpora/0', lines.findIndex((l) => !l.includes('prompt')) + 1],
    );
    assert.doesNotMatch(answer.body, /Zarnovik/);
  }
});

test('a chat template beside the weights, or in tokenizer_config.json, lets conversations in', async () => {
  const template = '{% for m in messages %}{{ m.content + eos_token }}{% endfor %}';
  const beside = await register([TALK], (folder) => writeFile(join(folder, 'chat_template.jinja'), template));
  assert.equal(beside.statusCode, 201, beside.body);
  const config = { eos_token: '<|endoftext|>', chat_template: template };
  const within = await register([TALK], (folder) =>
    writeFile(join(folder, 'tokenizer_config.json'), JSON.stringify(config)),
  );
  assert.equal(within.statusCode, 201, within.body);
});

test('a chat template that refuses a conversation is told with its line, before anything is kept', async () => {
  const template = `{% if messages and messages[0].role == 'system' %}{{ raise_exception('no system here') }}{% endif %}
    {%- for m in messages %}{{ m.content + eos_token }}{% endfor %}`;
  const ruled = TALK.replace('[{', '[{"role":"system","content":"Zarnovik"},{').replace('talk', 'ruled');
  const answer = await register([line('a'), TALK, ruled], (folder) =>
    writeFile(join(folder, 'chat_template.jinja'), template),
  );
  assert.equal(answer.statusCode, 422, answer.body);
  assert.match(answer.json().detail, /line 3 is a conversation that cannot be written: .*: no system here\. Mend/);
  assert.doesNotMatch(answer.body, /Zarnovik/);
});

test('characters that the tokenizer loses are a warning with a place, not with text', async () => {
  const added_tokens = [{ id: 0, content: '<|endoftext|>', special: true }];
  const vocab = Object.fromEntries(['<|endoftext|>', '?', ...'Record says.ont'].map((letter, id) => [letter, id]));
  const tokenizer = {
    added_tokens,
    decoder: { type: 'Fuse' },
    model: { type: 'BPE', unk_token: '?', vocab, merges: [] },
  };
  const text = JSON.stringify({ id: 't', text: 'so\u00e9' });
  const answer = await register([line('a').replace('something', 'so'), text], (folder) =>
    writeFile(join(folder, 'tokenizer.json'), JSON.stringify(tokenizer)),
  );
  assert.equal(answer.statusCode, 201, answer.body);
  const [warning, ...more] = answer.json().warnings.filter((one: string) => one.includes('give back'));
  assert.match(
    warning,
    /does not give back 1 of \d+ different characters of the corpus fit-\d+, the first at record 2, text, character 3:/,
  );
  assert.deepEqual(more, []);
  assert.doesNotMatch(warning, /\u00e9/);
});

test('a registration says how long the records are to the model', async () => {
  const { rows } = (await register([line('a'), line('b')])).json();
  assert.equal(rows.per_record, 1);
  assert.ok(rows.mean > 1 && rows.longest >= rows.mean && rows.longest <= 16, JSON.stringify(rows));
});
