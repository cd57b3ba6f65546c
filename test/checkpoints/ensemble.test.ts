// An ensemble of classifiers is a LayersModel like any other: TensorFlow.js loads it and answers with the mean of its members.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import * as tf from '@tensorflow/tfjs';
import { classifierOf, layersClassifier, membersOf } from '../../src/architectures/layers-model/classifier.ts';
import { readClassifier } from '../../src/checkpoints/layers-model/classifier-folder.ts';
import { ensembleOf } from '../../src/checkpoints/layers-model/ensemble.ts';
import { readLayersModel } from '../../src/checkpoints/layers-model/read.ts';
import { saveLayersModel } from '../../src/checkpoints/layers-model/write.ts';
import type { HostTensors, Tensor } from '../../src/domain/engine.ts';
import { modelFiles, writeFiles } from './layers-models.ts';
import { temporaryFolder } from './temporary.ts';

const { layers } = tf;
const MEMBERS = 3;
const TOPOLOGIES = {
  softmax: () =>
    tf.sequential({
      layers: [
        layers.dense({ units: 5, activation: 'relu', inputShape: [4] }),
        layers.dense({ units: 3, activation: 'softmax' }),
      ],
    }),
  'softmax as a layer': () =>
    tf.sequential({ layers: [layers.dense({ units: 3, inputShape: [4] }), layers.softmax()] }),
  logits: () => tf.sequential({ layers: [layers.dense({ units: 3, inputShape: [4] })] }),
  sigmoid: () => tf.sequential({ layers: [layers.dense({ units: 1, activation: 'sigmoid', inputShape: [4] })] }),
  branches: () => {
    const input = tf.input({ shape: [4] });
    const one = layers.dense({ units: 3 }).apply(input) as tf.SymbolicTensor;
    const sum = layers.average().apply([one, layers.dense({ units: 3 }).apply(input) as tf.SymbolicTensor]);
    const outputs = layers.activation({ activation: 'softmax' }).apply(sum) as tf.SymbolicTensor;
    return tf.model({ inputs: input, outputs });
  },
};

/** Probabilities of the classes by our own computation, from logits. */
function ours(config: Parameters<typeof membersOf>[0], weights: HostTensors, x: tf.Tensor): number[] {
  return tf.tidy(() => {
    const tensors = Object.fromEntries(
      Object.entries(weights).map(([name, { data, shape }]) => [name, tf.tensor(data as Float32Array, shape)]),
    );
    const logits = layersClassifier.forward(tf as never, config, tensors as Record<string, Tensor>, x);
    const [count, , classes] = logits.shape as [number, number, number];
    const first = tf.reshape(tf.slice(logits as tf.Tensor, [0, 0, 0], [count, 1, classes]), [count, classes]);
    return Array.from(tf.softmax(first).dataSync());
  });
}

for (const [name, make] of Object.entries(TOPOLOGIES))
  test(`${name}: what TensorFlow.js answers is the mean of the members, and what we compute`, async (t) => {
    await tf.setBackend('cpu');
    const dir = await temporaryFolder(t);
    const model = make();
    await writeFiles(join(dir, 'one'), await modelFiles(model, 1));
    model.dispose();
    const { model: one } = await readClassifier(join(dir, 'one'));
    const { json, graph } = ensembleOf(
      one.graph,
      { classes: ['a', 'b', 'c'].slice(name === 'sigmoid' ? 1 : 0) },
      MEMBERS,
    );
    const config = classifierOf(graph, json.userDefinedMetadata);
    const members = membersOf(config);
    assert.equal(members.length, MEMBERS);
    const weights = Object.assign(
      {},
      ...members.map((member, m) => layersClassifier.initialise(member, m)),
    ) as HostTensors;
    await writeFile(join(dir, 'one', 'tokenizer.json'), '{}');
    await saveLayersModel(join(dir, 'all'), json, weights, join(dir, 'one'));
    assert.equal(
      await readFile(join(dir, 'all', 'tokenizer.json'), 'utf8'),
      '{}',
      'it takes the texts that its members take',
    );

    const read = await readClassifier(join(dir, 'all'));
    assert.deepEqual(read.config, config);
    const loaded = await tf.loadLayersModel(tf.io.fromMemory(await readLayersModel(join(dir, 'all'))));
    const x = tf.randomNormal([5, 4], 0, 2, 'float32', 1);
    const predicted = Array.from((loaded.predict(x) as tf.Tensor).dataSync());
    const answers = name === 'sigmoid' ? predicted.flatMap((p) => [1 - p, p]) : predicted;
    const each = members.map((member) => ours(member, weights, x));
    const found = ours(read.config, weights, x);
    answers.forEach((p, i) => {
      const mean = each.reduce((sum, one) => sum + one[i]!, 0) / MEMBERS;
      assert.ok(Math.abs(p - mean) < 1e-6 && Math.abs(found[i]! - mean) < 1e-6, `${p}, ${found[i]}, ${mean}`);
    });
    assert.ok(
      answers.some((p, i) => Math.abs(p - each[0]![i]!) > 1e-3),
      'members differ',
    );
    x.dispose();
    loaded.dispose();
  });
