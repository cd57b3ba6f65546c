// LayersModels that TensorFlow.js makes itself, as files: read by us they predict the same, and written back they are the same.
import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import * as tf from '@tensorflow/tfjs';
import { readLayersModel } from '../../src/checkpoints/layers-model/read.ts';
import { saveLayersModelLike } from '../../src/checkpoints/layers-model/write.ts';
import { float32, type HostTensors } from '../../src/domain/engine.ts';
import { createRandom } from '../../src/domain/random.ts';
import { damagedJson } from '../http/fuzz/json.ts';
import { MODELS, type ModelFiles, modelFiles, predictions, writeFiles } from './layers-models.ts';
import { temporaryFolder } from './temporary.ts';

// biome-ignore lint/suspicious/noExplicitAny: a document that is damaged at will
type Json = any;

const load = async (dir: string) => tf.loadLayersModel(tf.io.fromMemory(await readLayersModel(dir)));

/** Weights by the manifest's names. */
async function tensorsOf(dir: string): Promise<HostTensors> {
  const { weightSpecs, weightData } = await readLayersModel(dir);
  let offset = 0;
  return Object.fromEntries(
    weightSpecs.map(({ name, shape }) => {
      const data = new Float32Array(weightData, offset, tf.util.sizeFromShape(shape)).slice();
      offset += data.byteLength;
      return [name, float32(data, shape)];
    }),
  );
}

for (const [name, make] of Object.entries(MODELS))
  test(`${name}: the same predictions from our reader, and the same files from our writer`, async (t) => {
    const root = await temporaryFolder(t);
    const [dir, copy] = [join(root, 'model'), join(root, 'copy')];
    const { model, input } = make();
    await writeFiles(dir, await modelFiles(model, 3));
    const loaded = await load(dir);
    assert.deepEqual(predictions(loaded, input), predictions(model, input));
    assert.deepEqual(
      loaded.weights.map(({ shape }) => shape),
      model.weights.map(({ shape }) => shape),
    );
    await saveLayersModelLike(copy, dir, await tensorsOf(dir));
    const paths = JSON.parse(await readFile(join(dir, 'model.json'), 'utf8')).weightsManifest[0].paths;
    assert.equal(paths.length, 3);
    for (const file of ['model.json', ...paths])
      assert.ok((await readFile(join(dir, file))).equals(await readFile(join(copy, file))), file);
    for (const made of [model, loaded]) made.dispose();
  });

test('what Keras’ converter writes is read: a wrapped topology, an input layer of its own, axes in lists', async (t) => {
  const dir = await temporaryFolder(t);
  const { model, input } = MODELS.images!();
  const files = await modelFiles(model, 1);
  const json = structuredClone(files.json) as Json;
  const [first, norm] = json.modelTopology.config.layers;
  const start = { batch_input_shape: [null, 11, 9, 2], dtype: 'float32', sparse: false, ragged: false, name: 'in' };
  Object.assign(first.config, { dtype: 'float32', groups: 1 });
  norm.config.axis = [3];
  json.modelTopology.config.layers.unshift({ class_name: 'InputLayer', config: start });
  json.modelTopology = { keras_version: '2.15.0', backend: 'tensorflow', model_config: json.modelTopology };
  await writeFiles(dir, { ...files, json });
  assert.deepEqual(predictions(await load(dir), input), predictions(model, input));
});

test('whatever passes after damage is loaded by TensorFlow.js, and has the weights of the manifest', async (t) => {
  const folders = await Promise.all(
    Object.values(MODELS).map(async (make) => {
      const files = await modelFiles(make().model, 1);
      return { dir: await folderWith(t, files), json: files.json };
    }),
  );
  let passed = 0;
  for (let i = 0; i < 1500; i++) {
    const random = createRandom(i);
    const { dir, json } = folders[random.int(folders.length)]!;
    const text = damagedJson(random, json);
    await writeFile(join(dir, 'model.json'), text);
    const artifacts = await readLayersModel(dir).catch((error: { code?: string; stack?: string }) => {
      assert.equal(error.code, 'checkpoint-invalid', `case ${i}: ${error.stack}`);
      return null;
    });
    if (artifacts === null) continue;
    passed++;
    const model = await tf.loadLayersModel(tf.io.fromMemory(artifacts));
    assert.equal(model.countParams() * 4, artifacts.weightData.byteLength, `case ${i}`);
    model.dispose();
  }
  assert.ok(passed > 150 && passed < 750, `${passed} of 1500 passed`);
});

test('new weights come back, and a shard in which nothing changed is the same file', async (t) => {
  const root = await temporaryFolder(t);
  const [dir, copy] = [join(root, 'model'), join(root, 'copy')];
  const { model, input } = MODELS.dense!();
  const files = await modelFiles(model, 3);
  await writeFiles(dir, files);
  const tensors = await tensorsOf(dir);
  const last = Object.keys(tensors).at(-1)!;
  const changed = {
    ...tensors,
    [last]: float32(tensors[last]!.data.map((x) => x + 1) as Float32Array, tensors[last]!.shape),
  };
  await saveLayersModelLike(copy, dir, changed);
  assert.deepEqual(await tensorsOf(copy), changed);
  const same = await Promise.all(
    files.shards.map(async ({ path, bytes }) => (await readFile(join(copy, path))).equals(bytes)),
  );
  assert.deepEqual(same, [true, true, false]);
  assert.notDeepEqual(predictions(await load(copy), input), predictions(model, input));
  await assert.rejects(saveLayersModelLike(copy, dir, {}), { message: /^model\.json: asks for the weight / });
  const nan = {
    ...tensors,
    [last]: float32(tensors[last]!.data.map(() => Number.NaN) as Float32Array, tensors[last]!.shape),
  };
  await assert.rejects(saveLayersModelLike(copy, dir, nan), { message: /holds NaN at element 0/ });
});

describe('what is refused, by file and reason', async () => {
  const { model } = MODELS.dense!();
  const files = await modelFiles(model, 1);
  const layers = (json: Json): Json[] => json.modelTopology.config.layers;
  const group = (json: Json): Json => json.weightsManifest[0];
  const cases: [string, (json: Json) => unknown, RegExp][] = [
    ['a path that leads out', (json) => (group(json).paths = ['../../secret']), /names the shard "\.\.\/\.\.\/secret"/],
    ['an absolute path', (json) => (group(json).paths = ['/etc/passwd']), /names the shard "\/etc\/passwd"/],
    ['a backslash', (json) => (group(json).paths = ['a\\b']), /names the shard/],
    ['a NUL', (json) => (group(json).paths = ['a\0b']), /names the shard/],
    ['a folder', (json) => (group(json).paths = ['a/b.bin']), /names the shard/],
    ['itself', (json) => (group(json).paths = ['model.json']), /names the shard/],
    ['a shard twice', (json) => group(json).paths.push(group(json).paths[0]), /names the shard "group1.*" twice/],
    ['a shard that is not there', (json) => (group(json).paths = ['other.bin']), /^other\.bin: is missing/],
    ['a layer of code', (json) => (layers(json)[0].class_name = 'Lambda'), /class "Lambda", which is not supported/],
    ['a class of the prototype', (json) => (layers(json)[0].class_name = '__proto__'), /class "__proto__"/],
    ['an own class', (json) => (layers(json)[0].class_name = 'Mine>Layer'), /class "Mine>Layer"/],
    [
      'another width',
      (json) => (layers(json)[0].config.units = 60_000),
      /shape \[6,5\] where its layer asks for \[6,60000\]/,
    ],
    ['both wide', (json) => widen(json, 60_000), /ends its group at \d+ bytes where model\.json asks for/],
    ['too wide', (json) => widen(json, 2 ** 30), /shape of \d+ numbers/],
    [
      'a negative size',
      (json) => (group(json).weights[0].shape = [-6, -5]),
      /weightsManifest\/0\/weights\/0\/shape\/0 must be/,
    ],
    ['a size as text', (json) => (group(json).weights[0].shape = ['6', 5]), /weights\/0\/shape\/0 must be/],
    ['integers', (json) => (group(json).weights[0].dtype = 'int32'), /is "int32"\. Weights must be float32/],
    ['text', (json) => (group(json).weights[0].dtype = 'string'), /is "string"/],
    ['quantisation', (json) => (group(json).weights[0].quantization = { dtype: 'uint8' }), /is quantised/],
    ['a weight twice', (json) => group(json).weights.push(group(json).weights[0]), /names the weight ".*" twice/],
    ['a weight too few', (json) => group(json).weights.pop(), /has no weight "/],
    [
      'a weight of no layer',
      (json) => (group(json).weights[0].name = 'x/kernel'),
      /"x\/kernel", which no layer asks for/,
    ],
    [
      'a member in two spellings',
      (json) => (layers(json)[0].config.batchInputShape = [null, 9]),
      /member "batchInputShape"/,
    ],
    [
      'a constraint',
      (json) => (layers(json)[0].config.kernel_constraint = { class_name: 'X' }),
      /has a kernel_constraint/,
    ],
    [
      'an activation of its own',
      (json) => (layers(json)[0].config.activation = 'mine'),
      /activation .*Use one of: linear/,
    ],
    [
      'one name for two layers',
      (json) => (layers(json)[1].config.name = layers(json)[0].config.name),
      /name of another layer/,
    ],
    ['a graph model', (json) => (json.format = 'graph-model'), /is a graph model/],
    ['no topology', (json) => delete json.modelTopology, /modelTopology/],
    ['a model of another class', (json) => (json.modelTopology.class_name = 'Mine'), /is of the class "Mine"/],
    ['no layers', (json) => (json.modelTopology.config.layers = []), /has no layers/],
    [
      'a slope that TensorFlow.js ignores',
      (json) => Object.assign(layers(json)[1], { class_name: 'ReLU', config: { name: 'r', negative_slope: 0.1 } }),
      /has negative_slope, which TensorFlow\.js ignores/,
    ],
    [
      'a softmax over another axis',
      (json) => Object.assign(layers(json)[1], { class_name: 'Softmax', config: { name: 's', axis: [1, 2] } }),
      /has axis that is no axis of its input|is not the last one/,
    ],
    ['no batch', (json) => (layers(json)[0].config.batch_input_shape = [7, 6]), /no shape with an open batch/],
  ];
  for (const [name, damage, reason] of cases)
    test(name, async (t) => {
      const json = structuredClone(files.json) as Json;
      damage(json);
      await refused(await folderWith(t, { ...files, json }), reason);
    });

  test('what TensorFlow.js would compute otherwise than Keras, or not at all', async (t) => {
    const made = await modelFiles(MODELS.images!().model, 1);
    const of = (json: Json, name: string) => layers(json).find((layer) => layer.class_name === name).config;
    const damages: [(json: Json) => unknown, RegExp][] = [
      [
        (json) => (of(json, 'DepthwiseConv2D').dilation_rate = [2, 2]),
        /has a dilation_rate, which TensorFlow\.js ignores/,
      ],
      [(json) => (of(json, 'Conv2D').dilation_rate = [2, 2]), /has strides and a dilation_rate/],
      [(json) => (of(json, 'ReLU').threshold = 0.5), /has threshold, which TensorFlow\.js ignores/],
      [(json) => (of(json, 'ReLU').max_value = -1), /max_value that is no number from 0/],
    ];
    for (const [damage, reason] of damages) {
      const json = structuredClone(made.json) as Json;
      damage(json);
      await refused(await folderWith(t, { ...made, json }), reason);
    }
  });

  test('a graph that does not close, or uses a layer twice', async (t) => {
    const { model: functional } = MODELS.functional!();
    const made = await modelFiles(functional, 1);
    const graphs: [(layers: Json[], config: Json) => unknown, RegExp][] = [
      [
        (all) => (all.at(-1).inbound_nodes[0][0][0] = all.at(-1).name),
        /waits for layers that are not there, or for itself/,
      ],
      [(all) => (all.at(-1).inbound_nodes[0][0][0] = 'nowhere'), /waits for layers that are not there/],
      [(all) => all.at(-1).inbound_nodes.push(all.at(-1).inbound_nodes[0]), /is used more than once/],
      [(all) => (all.at(-1).inbound_nodes = 3), /inbound_nodes of another form/],
      [(_, config) => (config.output_layers = [['nowhere', 0, 0]]), /output_layers that do not name its layers/],
    ];
    for (const [damage, reason] of graphs) {
      const json = structuredClone(made.json) as Json;
      damage(json.modelTopology.config.layers, json.modelTopology.config);
      await refused(await folderWith(t, { ...made, json }), reason);
    }
  });

  test('bytes that are too few, too many or no numbers; text that is no document', async (t) => {
    const [{ path, bytes }] = files.shards as [ModelFiles['shards'][number]];
    const nan = Buffer.from(bytes);
    nan.writeFloatLE(Number.NaN, 8);
    for (const [content, reason] of [
      [bytes.subarray(4), /^group1-shard1of1\.bin: ends its group at \d+ bytes/],
      [Buffer.concat([bytes, bytes.subarray(0, 4)]), /^group1-shard1of1\.bin: ends its group at \d+ bytes/],
      [bytes.subarray(1), /no whole number of float32/],
      [nan, /^group1-shard1of1\.bin: weight .*kernel holds NaN or infinity/],
    ] as const)
      await refused(await folderWith(t, { ...files, shards: [{ path, bytes: content as Buffer }] }), reason);
    const dir = await folderWith(t, files);
    for (const [text, reason] of [
      ['{', /^model\.json: is not JSON/],
      [`{"a":${'['.repeat(100_000)}`, /^model\.json: is JSON that is nested too deeply/],
      ['{"modelTopology":{},"modelTopology":{}}', /^model\.json: holds the key "modelTopology" twice/],
      ['null', /^model\.json: the document must be/],
    ] as const) {
      await writeFile(join(dir, 'model.json'), text);
      await refused(dir, reason);
    }
  });
});

function widen(json: Json, units: number): void {
  const [first, , second] = json.modelTopology.config.layers;
  first.config.units = units;
  const { weights } = json.weightsManifest[0];
  weights[0].shape = [6, units];
  weights[1].shape = [units];
  weights[2].shape = [units, second.config.units];
}

async function folderWith(t: Parameters<typeof temporaryFolder>[0], files: ModelFiles): Promise<string> {
  const dir = await temporaryFolder(t);
  await mkdir(dir, { recursive: true });
  await writeFiles(dir, files);
  return dir;
}

const refused = (dir: string, message: RegExp) =>
  assert.rejects(readLayersModel(dir), (error: Error & { code?: string }) => {
    assert.equal(error.code, 'checkpoint-invalid', error.stack ?? '');
    assert.match(error.message, message);
    assert.match(error.message, /^[\w.-]+\.(json|bin): /);
    return true;
  });
