import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { groupsOf, writeGroups } from '../../scripts/test-groups.ts';
import { temporaryFolder } from '../checkpoints/temporary.ts';

test('files of a folder share a process, nine are two groups, and a file with hooks of its own is alone', async (t) => {
  const root = await temporaryFolder(t);
  const files: string[] = [];
  const add = async (folder: string, name: string, text: string) => {
    await mkdir(join(root, 'test', folder), { recursive: true });
    const file = join(root, 'test', folder, `${name}.test.ts`);
    await writeFile(file, text);
    files.push(file);
  };
  for (let i = 0; i < 9; i++) await add('domain', `d${i}`, "test('x', () => {});\n");
  await add('metrics', 'm', "describe('x', () => {\n  before(() => {});\n});\n");
  await add('metrics', 'hooked', 'beforeEach(() => {});\n');
  await add('metrics', 'n', '');
  await add('engine', 'e', '');
  await add('engine', 'f', '');

  const groups = await groupsOf(root, files);
  assert.deepEqual(groups.flat().toSorted(), files.toSorted());
  assert.deepEqual(
    groups.map((group) => group.map((file) => file.slice(join(root, 'test').length + 1))),
    [
      Array.from({ length: 8 }, (_, i) => `domain/d${i}.test.ts`),
      ['domain/d8.test.ts'],
      ['metrics/m.test.ts', 'metrics/n.test.ts'],
      ['metrics/hooked.test.ts'],
      ['engine/e.test.ts'],
      ['engine/f.test.ts'],
    ],
  );
  const modules = await writeGroups(groups, root);
  assert.deepEqual(modules.slice(3), groups.slice(3).flat());
  assert.equal((await readFile(modules[2]!, 'utf8')).match(/await import\("file:.*(m|n)\.test\.ts"\)/g)!.length, 2);
});
