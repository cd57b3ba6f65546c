// EK-FAC: the curvature of each weight that maps vectors as two small matrices, of its inputs and of its outputs' gradients, and a
// number for each pair of their eigenvectors. Studying Large Language Model Generalization with Influence Functions, arXiv
// 2308.03296; Fast Approximate Natural Gradient Descent in a Kronecker-factored Eigenbasis, arXiv 1806.03884.
import type { Learner } from '../domain/architecture.ts';
import { breathing } from '../domain/breathing.ts';
import { eigenOf } from '../domain/eigen.ts';
import { type Engine, elementCount, float32, type HostTensor, type HostTensors, scalar } from '../domain/engine.ts';
import { inputBasis, inputSums, outputBasis, outputSums, squareSums } from '../domain/taps.ts';
import type { Vector } from '../domain/vectors.ts';
import { ExpungeError } from '../errors.ts';
import type { Solution } from '../methods/conjugate-gradient.ts';
import type { TokenRow } from '../training/batches.ts';
import { createPassState } from '../training/edit-state.ts';
import { widthsOf } from '../training/lora.ts';
import { batchesOf, drawLabels } from './row-batches.ts';

/** Rows of a pass: the squares of each row’s gradient of a weight are in memory. */
const ROWS = [1, 4];
/** Rows with drawn labels at least: what the labels of fewer happen to be would be seen. */
const LEAST_DRAWS = 256;
/** Eigenvectors of wider layers take minutes each: these are left out. */
const WIDEST = 3072;
/** Share of a weight's mean eigenvalue that is added to each of them where no damping is given. */
const SHARE = 0.1;

export interface EkfacInputs {
  engine: Engine;
  architecture: Learner;
  config: unknown;
  weights: HostTensors;
  signal?: AbortSignal;
}

/** A weight that is covered, with its bias if it has one, as one matrix (input, output): the bias is its last row. */
interface Mapping {
  name: string;
  bias: string | null;
  input: number;
  output: number;
  outFirst: boolean;
}

/** Weights that map vectors and are not too wide. Throws `validation-failed` where there is none. */
export function mappings(architecture: Learner, config: unknown): Mapping[] {
  const projections = architecture.projections(config);
  const shapes = architecture.shapes(config);
  const own = architecture.tappable?.(config);
  const outFirst = own === undefined && projections.outFirst;
  const ofModule = (module: string) => {
    const bias = `${module}.bias`;
    return { weight: `${module}.weight`, bias: bias in shapes ? bias : null };
  };
  const all = (own ?? projections.modules.map(ofModule)).map(({ weight, bias }): Mapping => {
    const [input, output] = widthsOf(shapes[weight]!, { outFirst });
    return { name: weight, bias, input: bias === null ? input : input + 1, output, outFirst };
  });
  const covered = all.filter(({ input, output }) => Math.max(input, output) <= WIDEST + 1);
  if (covered.length > 0) return covered;
  throw new ExpungeError(
    'validation-failed',
    `No weight of this ${architecture.name} maps vectors of at most ${WIDEST} numbers: take tracin or cg instead of ekfac.`,
  );
}

/** The matrix (input, output) of a weight and its bias. */
function joined({ name, bias, input, output, outFirst }: Mapping, v: Vector): HostTensor {
  const own = v[name]!;
  const rows = bias === null ? input : input - 1;
  const data = new Float32Array(input * output);
  for (let i = 0; i < rows; i++)
    for (let o = 0; o < output; o++) data[i * output + o] = own[outFirst ? o * rows + i : i * output + o]!;
  if (bias !== null) data.set(v[bias]!, rows * output);
  return float32(data, [input, output]);
}

/** The weight and its bias of such a matrix. */
function parted({ name, bias, input, output, outFirst }: Mapping, data: Float32Array): Vector {
  const rows = bias === null ? input : input - 1;
  const own = new Float32Array(rows * output);
  for (let i = 0; i < rows; i++)
    for (let o = 0; o < output; o++) own[outFirst ? o * rows + i : i * output + o] = data[i * output + o]!;
  return { [name]: own, ...(bias === null ? {} : { [bias]: data.slice(rows * output) }) };
}

const zeros = (...shape: number[]): HostTensor => float32(new Float32Array(elementCount(shape)), shape);

/** What the taps of these names collect over the batches. */
async function collect(inputs: EkfacInputs, beside: HostTensors, taps: HostTensors, batches: readonly HostTensors[]) {
  const { engine, architecture, config, signal } = inputs;
  const weights = { ...inputs.weights, ...beside, ...taps };
  const state = createPassState({ engine, architecture, config, weights, trainable: Object.keys(taps) });
  for (const [i, batch] of batches.entries()) {
    signal?.throwIfAborted();
    const feeds = { ...batch, count: scalar(1), weight: scalar(1), kept: scalar(i === 0 ? 0 : 1) };
    await state.add({ loss: 'nll', power: 0 }, feeds);
  }
  const found = await state.sums();
  state.dispose();
  return found;
}

/** Unit vectors that the sums of products have for eigenvectors. */
function basisOf({ data, shape }: HostTensor): HostTensor {
  const { vectors } = eigenOf(data, shape[0]!);
  return float32(Float32Array.from(vectors), [...shape]);
}

const labelsIn = (batches: readonly HostTensors[]): number =>
  batches.reduce((sum, { labels }) => sum + (labels!.data as Int32Array).filter((label) => label >= 0).length, 0);

/** Factors from batches whose labels are given: bases by weight, and mean squares in them for a label. */
export async function factorsOf(inputs: EkfacInputs, batches: readonly HostTensors[]): Promise<HostTensors> {
  const covered = mappings(inputs.architecture, inputs.config);
  const first = covered.flatMap(({ name, input, output }) => [
    [inputSums(name), zeros(input, input)],
    [outputSums(name), zeros(output, output)],
  ]);
  const sums = await collect(inputs, {}, Object.fromEntries(first), batches);
  const bases: HostTensors = {};
  const breathe = breathing(inputs.signal);
  for (const { name } of covered) {
    await breathe();
    bases[inputBasis(name)] = basisOf(sums[inputSums(name)]!);
    await breathe();
    bases[outputBasis(name)] = basisOf(sums[outputSums(name)]!);
  }
  const second = covered.map(({ name, input, output }) => [squareSums(name), zeros(input, output)]);
  const squares = await collect(inputs, bases, Object.fromEntries(second), batches);
  const labels = labelsIn(batches);
  const mean = ({ data, shape }: HostTensor) =>
    float32(
      Float32Array.from(data, (sum) => sum / labels),
      shape,
    );
  const means = Object.entries(squares).map(([name, tensor]) => [name, mean(tensor)] as const);
  return { ...bases, ...Object.fromEntries(means) };
}

/** The factors of a model over rows that it was trained on, by labels that it draws itself: of few rows several times. */
export async function ekfacFactors(inputs: EkfacInputs, rows: readonly TokenRow[], seed: number): Promise<HostTensors> {
  const times = Math.ceil(LEAST_DRAWS / rows.length);
  const drawn: HostTensors[] = [];
  for (let i = 0; i < times; i++) drawn.push(...(await drawLabels(inputs, batchesOf(inputs, rows, ROWS), seed + i)));
  return factorsOf(inputs, drawn);
}

const meanOf = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

/** Of a weight whose squares these are, where no damping is given: far below its large eigenvalues, and above what is noise. */
export const dampingFor = (squares: HostTensor): number => SHARE * meanOf(squares.data as Float32Array);

/**
 * (H + damping I)^-1 v for the weights that the factors cover; the others are left out, and so is one that no row pulls at.
 * Without a damping each weight has its own, by `dampingFor`, and `damping` of the answer is the mean of these.
 */
export async function ekfacInverse(
  { engine, architecture, config }: Pick<EkfacInputs, 'engine' | 'architecture' | 'config'>,
  factors: HostTensors,
  v: Vector,
  given?: number,
): Promise<Solution> {
  const { tf } = engine;
  let x: Vector = {};
  const dampings: number[] = [];
  for (const mapping of mappings(architecture, config)) {
    const { name } = mapping;
    const damping = given ?? dampingFor(factors[squareSums(name)]!);
    dampings.push(damping);
    // nothing is known of its curvature
    if (damping === 0) continue;
    const state = engine.createState({
      v: joined(mapping, v),
      a: factors[inputBasis(name)]!,
      g: factors[outputBasis(name)]!,
      squares: factors[squareSums(name)]!,
    });
    const invert = engine.compileStep(({ a, g, ...tensors }) => {
      const inside = tf.matMul(tf.matMul(a!, tensors.v!), g!, false, true);
      const divided = tf.div(inside, tf.add(tensors.squares!, damping));
      return { outputs: { x: tf.matMul(tf.matMul(a!, divided, true, false), g!) } };
    }, state);
    x = { ...x, ...parted(mapping, (await invert({})).x!.data as Float32Array) };
    state.dispose();
  }
  return { x, damping: meanOf(dampings) };
}
