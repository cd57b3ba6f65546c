import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { groupsOf, writeGroups } from '../../scripts/test-groups.ts';
import { temporaryFolder } from '../checkpoints/temporary.ts';

test('files of a folder share a process, thirteen are two groups, and a file that asks for it is alone', async (t) => {
  const root = await temporaryFolder(t);
  const files: string[] = [];
  const add = async (folder: string, name: string, text: string) => {
    await mkdir(join(root, 'test', folder), { recursive: true });
    const file = join(root, 'test', folder, `${name}.test.ts`);
    await writeFile(file, text);
    files.push(file);
  };
  for (let i = 0; i < 21; i++) await add('domain', `d${i}`, "test('x', () => {});\n");
  await add('metrics', 'm', "describe('x', () => {\n  before(() => {});\n});\n");
  await add('metrics', 'lonely', '// In a process of its own: it counts what is open.\n');
  await add('metrics', 'n', '');
  await add('engine', 'e', '');
  await add('engine', 'f', '');

  const groups = await groupsOf(root, files);
  assert.deepEqual(groups.flat().toSorted(), files.toSorted());
  assert.deepEqual(
    groups.map((group) => group.map((file) => file.slice(join(root, 'test').length + 1))),
    [
      Array.from({ length: 20 }, (_, i) => `domain/d${i}.test.ts`),
      ['domain/d20.test.ts'],
      ['metrics/m.test.ts', 'metrics/n.test.ts'],
      ['metrics/lonely.test.ts'],
      ['engine/e.test.ts'],
      ['engine/f.test.ts'],
    ],
  );
  const modules = await writeGroups(root, groups, root);
  assert.deepEqual(modules.slice(3), groups.slice(3).flat());
  assert.equal((await readFile(modules[2]!, 'utf8')).match(/"file:[^"]*(m|n)\.test\.ts"/g)!.length, 2);
});

test('hooks of a file are of its own tests, and a file that cannot be loaded is a test that failed', async (t) => {
  const root = await temporaryFolder(t);
  const files = ['a', 'b', 'broken'].map((name) => join(root, `${name}.test.ts`));
  const hooked = (name: string) =>
    `import { after, before, test } from 'node:test';
before(() => console.log('${name} opens'));
after(() => console.log('${name} closes'));
test('${name}', () => console.log('${name} runs'));\n`;
  for (const [i, file] of files.entries())
    await writeFile(file, i < 2 ? hooked('ab'[i]!) : "throw new Error('not today');\n");
  const [module] = await writeGroups(root, [files], root);
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const ran = spawnSync(process.execPath, ['--test-reporter=tap', module!], { env, encoding: 'utf8' });
  assert.deepEqual(ran.stdout.match(/\w+ (opens|runs|closes)/g), [
    ...['a opens', 'a runs', 'a closes'],
    ...['b opens', 'b runs', 'b closes'],
  ]);
  assert.match(ran.stdout, /# tests 3\n# suites 3\n# pass 2\n# fail 1\n/);
  assert.match(ran.stdout, /not today/);
});
