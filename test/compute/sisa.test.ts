// Training in shards and slices, and exact removal from it, from files to files, for both kinds of model.
import assert from 'node:assert/strict';
import { cp, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import * as tf from '@tensorflow/tfjs';
import { createCheckpointFiles } from '../../src/checkpoints/files.ts';
import { inspectFolder } from '../../src/checkpoints/inspect.ts';
import { readPlacement } from '../../src/checkpoints/sisa.ts';
import { uploadLimit } from '../../src/checkpoints/upload-names.ts';
import { runComputeJob } from '../../src/compute/job.ts';
import { loadAnyWeights } from '../../src/compute/models.ts';
import type { Update } from '../../src/compute/progress.ts';
import { trainClassifier } from '../../src/compute/train-classifier.ts';
import { trainModel } from '../../src/compute/train-model.ts';
import { toLine } from '../../src/corpora/records.ts';
import type { SetsFile, UnlearnJob, UnlearnResult } from '../../src/domain/compute.ts';
import { createRandom } from '../../src/domain/random.ts';
import type { UploadedRecord } from '../../src/domain/record.ts';
import type { Placement } from '../../src/training/sisa/placement.ts';
import { modelFiles, writeFiles } from '../checkpoints/layers-models.ts';
import { temporaryFolder } from '../checkpoints/temporary.ts';
import { quickPeople } from '../helpers/quick-model.ts';

const PLACE = { backend: 'onnxruntime/cpu', threads: 1 };
const SIZE = { shards: 3, slices: 2 };
/** As little as a method of steps can do. */
const STEP = { max_steps: 1, repair_steps: 0 };
const quiet = { progress: () => undefined, signal: new AbortController().signal };

const lines = (records: UploadedRecord[]) => records.map((record) => `${JSON.stringify(record)}\n`).join('');

/** Two records each of people who are told by four numbers. */
const examples = (): UploadedRecord[] =>
  Array.from({ length: 40 }, (_, i) => {
    const random = createRandom(i);
    const input = Array.from({ length: 4 }, () => random.normal());
    const subjects = [{ type: 'email', value: `person${Math.floor(i / 2)}@example.net` }];
    return { id: `example-${i}`, input, label: input[0]! > 0 ? 1 : 0, subjects };
  });

interface Kind {
  records: UploadedRecord[];
  train(dir: string, file: string, out: string, placement: string | null): Promise<unknown>;
  /** The same in one piece, starting from `model`. */
  whole(dir: string, file: string, out: string): Promise<unknown>;
  prepare(dir: string): Promise<void>;
  base: boolean;
}
const KINDS: Record<string, Kind> = {
  'a classifier': {
    records: examples(),
    async prepare(dir) {
      await tf.setBackend('cpu');
      const { layers } = tf;
      const model = tf.sequential({
        layers: [
          layers.dense({ units: 6, activation: 'relu', inputShape: [4] }),
          layers.dense({ units: 2, activation: 'softmax' }),
        ],
      });
      await writeFiles(join(dir, 'topology'), await modelFiles(model, 1));
      model.dispose();
    },
    train: (dir, file, out, placement) =>
      trainClassifier({
        ...{ topology: join(dir, 'topology'), train: file, holdout: null, out, seed: 3, ...PLACE },
        ...{ sharding: { ...SIZE, placement }, options: { steps: 36, batch_size: 8, learning_rate: 2e-2 } },
      }),
    async whole(dir, file, out) {
      const given = { topology: join(dir, 'model'), train: file, holdout: null, out, seed: 3, ...PLACE };
      await trainClassifier({ ...given, options: { steps: 1 } });
      const sharding = { ...SIZE, placement: null };
      await assert.rejects(trainClassifier({ ...given, sharding, options: { steps: 1 } }), {
        ...{ code: 'validation-failed', message: /^shards: the topology is that of an ensemble already/ },
      });
    },
    base: false,
  },
  'a language model': {
    records: quickPeople(12, 0).train,
    async prepare(dir) {
      const file = join(dir, 'base.ndjson');
      await writeFile(file, lines(quickPeople(2, 0).train));
      const fresh = { architecture: 'gpt2', width: 8, layers: 1, heads: 1, vocabSize: 258, seed: 3, ...PLACE };
      await trainModel({ ...fresh, train: file, holdout: null, out: join(dir, 'base'), options: { steps: 2 } }, quiet);
    },
    train: (dir, file, out, placement) =>
      trainModel(
        {
          ...{ architecture: '', width: 0, layers: 0, heads: 0, vocabSize: 0, seed: 5, ...PLACE },
          ...{ train: file, holdout: null, out, base: join(dir, 'base'), sharding: { ...SIZE, placement } },
          options: {
            ...{ steps: 18, batch_size: 4, learning_rate: 2e-2 },
            trains: { trainable: [], lora_rank: 2, lora_alpha: 4, lora_targets: ['c_attn'] },
          },
        },
        quiet,
      ),
    whole: (dir, file, out) =>
      trainModel(
        {
          ...{ architecture: '', width: 0, layers: 0, heads: 0, vocabSize: 0, seed: 5, ...PLACE },
          ...{ train: file, holdout: null, out, base: join(dir, 'model'), options: { steps: 1, batch_size: 4 } },
        },
        quiet,
      ),
    base: true,
  },
};

/** What else there is to a run. */
interface Around {
  params: Record<string, unknown>;
  on: Parameters<typeof runComputeJob>[1];
  /** People who are restricted while it goes on. */
  restricted: string[];
}

/** What an earlier training in the same folder has left. */
async function leaveLog(dir: string): Promise<void> {
  await mkdir(dir, { recursive: true });
  for (const file of ['updates.json', 'updates.f32']) await writeFile(join(dir, file), '');
}

/** Numbers of people, told by the first identifier. */
const personOf = (record: UploadedRecord): string => record.subjects![0]!.value!;
const peopleIn = (records: UploadedRecord[], ids: string[]) =>
  new Set(records.filter(({ id }) => ids.includes(id)).map(personOf));

for (const [name, kind] of Object.entries(KINDS))
  describe(name, () => {
    let root = '';
    let end: (() => Promise<void>) | undefined;
    let placement: Placement = [];
    const path = (file: string) => join(root, file);
    const without = (people: string[]) => kind.records.filter((record) => !people.includes(personOf(record)));
    const placementFile = () => path('model/sisa-placement.json');

    before(async () => {
      root = await temporaryFolder({ after: (done: () => Promise<void>) => (end = done) } as never);
      await kind.prepare(root);
      await writeFile(path('all.ndjson'), lines(kind.records));
      await writeFile(path('stored.ndjson'), kind.records.map(toLine).join(''));
      await kind.train(root, path('all.ndjson'), path('model'), null);
      placement = (await readPlacement(path('model')))!;
    });
    after(() => end?.());

    /** The candidate of a run that forgets these people. */
    async function forget(
      method: string,
      people: string[],
      parent = 'model',
      { params = {}, on = quiet, restricted = [] }: Partial<Around> = {},
    ) {
      const rows = kind.records.map((record, ordinal) => ({ corpus_id: 'c', ordinal, person: -1, record }));
      const strip = ({ record: _, ...row }: (typeof rows)[number]) => row;
      const of = (some: string[]) => rows.filter(({ record }) => some.includes(personOf(record))).map(strip);
      const sets: SetsFile = {
        forget: of(people),
        // whatever the order in which they are streamed
        retain: of(without([...people, ...restricted]).map(personOf)).reverse(),
        ...{ calibration: [], holdout: [], restricted: of(restricted) },
      };
      const out = path(`${method}-${Math.random()}`);
      await writeFile(`${out}.json`, JSON.stringify(sets));
      const job: UnlearnJob = {
        ...{
          stage: 'unlearn',
          run_id: 'run',
          corpora: { c: path('stored.ndjson') },
          sets_file: `${out}.json`,
          seed: 5,
        },
        ...{ ...PLACE, parent_dir: path(parent), base_dir: kind.base ? path('base') : null, out_dir: out },
        ...{ time_limit_seconds: 60, method: { name: method, params }, weight_types: 'original' },
        memory_budget_bytes: null,
      };
      return { out, result: (await runComputeJob(job, on)) as UnlearnResult };
    }

    async function same(a: string, b: string, but: string[] = []): Promise<void> {
      const names = (await readdir(a)).sort();
      assert.deepEqual((await readdir(b)).sort(), names);
      for (const file of names) {
        if (but.includes(file)) continue;
        const [one, other] = [await readFile(join(a, file)), await readFile(join(b, file))];
        if (file !== 'recipe.json') assert.ok(one.equals(other), file);
        // what it was trained on is named by the digest of the whole file
        else
          assert.deepEqual(
            { ...JSON.parse(one.toString()), corpora: 0 },
            { ...JSON.parse(other.toString()), corpora: 0 },
          );
      }
    }

    test('everybody’s records stand in one shard and slice, and the folder is accepted', async () => {
      const cells = placement.flat().map((ids) => peopleIn(kind.records, ids));
      const everybody = cells.flatMap((people) => [...people]);
      assert.equal(new Set(everybody).size, everybody.length);
      for (const file of await readdir(path('model'))) assert.ok(uploadLimit(file)! > 0, file);
      const facts = await inspectFolder(path('model'));
      assert.equal(facts.has_recipe, true);
    });

    test('one after the other or at once, a removal is the training without them, to the byte; the rest stays', async (t) => {
      const [person] = peopleIn(kind.records, placement[1]![1]!);
      const [other] = peopleIn(kind.records, placement[0]![0]!);
      const { out: once, result } = await forget('sisa', [person!]);
      assert.ok(result.planned_memory_bytes > 1e7);
      // the second slice alone was trained
      assert.equal(result.curve.at(-1)!.step, kind.base ? 4 : 8);
      await cp(once, path('once'), { recursive: true });

      await writeFile(path('kept.ndjson'), lines(without([person!, other!])));
      await kind.train(root, path('kept.ndjson'), path('fresh'), placementFile());
      await same((await forget('sisa', [person!, other!], 'once')).out, path('fresh'));
      await same((await forget('sisa', [person!, other!])).out, path('fresh'));
      await same((await forget('retrain', [person!, other!])).out, path('fresh'));
      await inspectFolder(path('fresh'));
      const served = async (dir: string) => readFile(path(`${dir}/${kind.base ? 'model.safetensors' : 'shard-0.bin'}`));
      assert.ok(!(await served('fresh')).equals(await served('model')));

      // a store keeps what did not change once
      const files = createCheckpointFiles({ dir: join(await temporaryFolder(t), 'store'), importDir: root });
      const parent = await files.adopt((await files.importFrom('model')).folder, about);
      const child = await files.adopt((await files.importFrom('once')).folder, about);
      const inode = async (digest: string, file: string) =>
        (await stat(join(await files.materialise(digest), file))).ino;
      for (const [file, shared] of [
        ['shard-0-slice-1.sisa', true],
        ['shard-1-slice-0.sisa', true],
        ['shard-1-slice-1.sisa', false],
      ] as const)
        assert.equal((await inode(parent.digest, file)) === (await inode(child.digest, file)), shared, file);
      assert.equal(await files.hasSlices(child.digest), true);
    });

    test('a shard of whom nobody is left says nothing, and stays silent when others are forgotten later', async () => {
      const nobody = [...peopleIn(kind.records, placement[0]!.flat())];
      const [other] = peopleIn(kind.records, placement[1]![0]!);
      const { out } = await forget('sisa', nobody);
      const weights = Object.entries(await loadAnyWeights(out));
      const last = weights.filter(([tensor]) => tensor.startsWith('shard0_')).slice(-2);
      for (const [tensor, { data }] of last)
        assert.ok(
          data.every((value) => value === 0),
          tensor,
        );
      await cp(out, path('silent'), { recursive: true });
      await same(
        (await forget('sisa', [...nobody, other!], 'silent')).out,
        (await forget('retrain', [...nobody, other!])).out,
      );
    });

    test('a method that is not exact leaves no slices behind, and training again brings them back', async () => {
      const [person] = peopleIn(kind.records, placement[1]![0]!);
      const { out } = await forget('gradient-ascent', [person!], 'model', { params: STEP });
      assert.deepEqual(
        (await readdir(out)).filter((file) => /\.sisa$|^sisa\.json$/.test(file)),
        [],
      );
      await inspectFolder(out);
      await cp(out, path('moved'), { recursive: true });
      await assert.rejects(forget('sisa', [person!], 'moved'), { code: 'recipe-missing', message: /no sisa\.json/ });
      await same((await forget('retrain', [person!], 'moved')).out, (await forget('sisa', [person!])).out);
    });

    test('whoever is restricted while others are forgotten keeps their place, and is trained on again when they are back', async () => {
      const [gone] = peopleIn(kind.records, placement[1]![1]!);
      const [resting] = peopleIn(kind.records, placement[2]![0]!);
      const [later] = peopleIn(kind.records, placement[0]![1]!);
      const restricted = [resting!];
      const { out } = await forget('sisa', [gone!], 'model', { restricted });
      await inspectFolder(out);
      await cp(out, path('resting'), { recursive: true });

      await writeFile(path('fewer.ndjson'), lines(without([gone!, resting!])));
      await kind.train(root, path('fewer.ndjson'), path('fewer'), placementFile());
      await same(out, path('fewer'), ['sisa-placement.json']);
      const places = (await readPlacement(out))!.flat(2);
      assert.deepEqual(
        places.sort(),
        without([gone!])
          .map(({ id }) => id)
          .sort(),
      );
      await same((await forget('retrain', [gone!], 'model', { restricted })).out, out);

      // still out: nothing but the later one's slice is trained
      const { result } = await forget('sisa', [gone!, later!], 'resting', { restricted });
      assert.equal(result.curve.at(-1)!.step, kind.base ? 4 : 8);
      const back = (await forget('sisa', [gone!, later!], 'resting')).out;
      await same(back, (await forget('sisa', [gone!, later!])).out);
      await same((await forget('retrain', [gone!, later!], 'resting')).out, back);
    });

    test('a placement of other records is refused, restricted or not', async () => {
      await cp(path('model'), path('strange'), { recursive: true });
      const [person] = peopleIn(kind.records, placement[1]![1]!);
      const [other] = peopleIn(kind.records, placement[0]![0]!);
      const names = await readFile(placementFile(), 'utf8');
      const known = kind.records.find((record) => personOf(record) === other)!.id;
      await writeFile(path('strange/sisa-placement.json'), names.replace(JSON.stringify(known), '"of-another-corpus"'));
      const message = /^sisa-placement\.json names \d+ of the \d+ retained records/;
      for (const method of ['sisa', 'retrain'])
        await assert.rejects(forget(method, [person!], 'strange'), { code: 'compute-failed', message });
    });

    test('ids of the forgotten are in no placement after steps, nor those of whoever was forgotten before', async () => {
      const [first] = peopleIn(kind.records, placement[1]![0]!);
      const [second] = peopleIn(kind.records, placement[0]![1]!);
      const [resting] = peopleIn(kind.records, placement[2]![0]!);
      const { out } = await forget('gradient-ascent', [first!], 'model', { params: STEP, restricted: [resting!] });
      const named = async (dir: string) => (await readPlacement(dir))!.flat(2).sort();
      const ids = (records: UploadedRecord[]) => records.map(({ id }) => id).sort();
      assert.deepEqual(await named(out), ids(without([first!])));
      // a folder from before that still names them
      await cp(path('model'), path('naming'), { recursive: true });
      const edit = await forget('ssd', [first!, second!], 'naming', { params: { repair_steps: 0 } });
      await inspectFolder(edit.out);
      assert.deepEqual(await named(edit.out), ids(without([first!, second!])));
    });

    test('what is made of such a model in one piece is no model of shards', async () => {
      const names = async () => (await readdir(path('whole'))).filter((file) => /sisa|updates/.test(file));
      await leaveLog(path('whole'));
      await kind.whole(root, path('all.ndjson'), path('whole'));
      assert.deepEqual(await names(), []);
      assert.equal((await inspectFolder(path('whole'))).has_recipe, true);
      await leaveLog(path('whole'));
      await kind.train(root, path('all.ndjson'), path('whole'), null);
      assert.deepEqual(
        (await names()).filter((file) => file.startsWith('updates')),
        [],
      );
    });

    test('it ends within a step when it is told to', async () => {
      const abort = new AbortController();
      const progress = ({ progress: { phase } }: Update) => phase === 'unlearning' && abort.abort(new Error('enough'));
      const on = { signal: abort.signal, progress };
      const [person] = peopleIn(kind.records, placement[1]![0]!);
      await assert.rejects(forget('sisa', [person!], 'model', { on }), { message: 'enough' });
    });

    test('what does not belong together is refused, by the name of the file', async () => {
      const refused = async (change: (dir: string) => Promise<unknown>, message: RegExp) => {
        await rm(path('broken'), { recursive: true, force: true });
        await cp(path('model'), path('broken'), { recursive: true });
        await change(path('broken'));
        await assert.rejects(inspectFolder(path('broken')), { code: 'checkpoint-invalid', message });
      };
      await refused(
        (dir) => cp(join(dir, 'shard-0-slice-0.sisa'), join(dir, 'shard-0-slice-1.sisa')),
        /^shard-0-slice-1\.sisa: is not the checkpoint that sisa\.json names/,
      );
      await refused((dir) => rm(join(dir, 'shard-2-slice-1.sisa')), /^shard-2-slice-1\.sisa: is missing/);
      await refused((dir) => rm(join(dir, 'sisa-placement.json')), /^sisa-placement\.json: is missing/);
      await refused((dir) => rm(join(dir, 'sisa.json')), /^shard-0-slice-0\.sisa: is not named by sisa\.json/);
      await refused((dir) => rm(join(dir, 'recipe.json')), /^sisa-placement\.json: belongs to a training in shards/);
    });
  });

const about = { architecture: 'a', parent: null, run_id: null };
