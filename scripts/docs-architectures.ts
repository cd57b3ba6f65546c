// The page of the architectures: from their registry, from what they say to configurations, and from checkpoints that
// PyTorch's transformers made.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { architectures } from '../src/architectures/index.ts';
import { ROPE_TYPES } from '../src/architectures/rope-config.ts';
import type { Architecture } from '../src/domain/architecture.ts';
import { createEngine } from '../src/engine/choice.ts';
import { page, table } from './docs-pages.ts';
import { measureParity, parityFixtures } from './parity.ts';

type Json = Record<string, unknown>;
const code = (text: string) => `\`${text}\``;
const FRESH = { vocabSize: 64, context: 64, width: 32, layers: 1, heads: 2, endId: 0 };

/** Last parts of the names of layers that adapters can be added to. */
function targets(architecture: Architecture): string {
  const { modules } = architecture.projections(architecture.parseConfig(architecture.freshConfig(FRESH)));
  return modules.map((module) => code(module.slice(module.lastIndexOf('.') + 1))).join(', ');
}

/** What no architecture of a kind computes, as a change of a configuration that is fine. */
const REFUSED: { what: string; name: string; change: Json }[] = [
  { what: 'quantised weights', name: 'llama', change: { quantization_config: { quant_method: 'gptq' } } },
  { what: 'mixtures of experts', name: 'llama', change: { num_local_experts: 8 } },
  { what: 'attention of single layers in chunks', name: 'qwen3', change: { layer_types: ['chunked_attention'] } },
  { what: 'other scalings of positions', name: 'llama', change: { rope_scaling: { rope_type: 'longrope' } } },
  { what: 'positions of single layers', name: 'qwen3', change: { rope_parameters: { full_attention: {} } } },
  { what: 'other activations', name: 'llama', change: { hidden_act: 'gelu' } },
  { what: 'the same in a GPT-NeoX or Phi', name: 'gpt_neox', change: { hidden_act: 'relu' } },
  { what: 'factors of scores, logits or residuals', name: 'llama', change: { attention_multiplier: 0.5 } },
  { what: 'caps of scores or logits', name: 'llama', change: { final_logit_softcapping: 30 } },
  { what: 'layers without positions', name: 'llama', change: { no_rope_layers: [1, 0] } },
  { what: 'norms of queries and keys in a Phi', name: 'phi', change: { qk_layernorm: true } },
  { what: 'other activations of a GPT-2', name: 'gpt2', change: { activation_function: 'relu' } },
];

function refusal({ what, name, change }: (typeof REFUSED)[number]): string[] {
  const architecture = architectures[name]!;
  const changed = { ...architecture.freshConfig(FRESH), ...change };
  try {
    architecture.parseConfig(changed);
  } catch (error) {
    return [
      what,
      name,
      ...Object.entries(change)
        .map(([field]) => code(field))
        .slice(0, 1),
      (error as Error).message,
    ];
  }
  throw new Error(`${what}: ${name} takes ${JSON.stringify(change)}`);
}

/** What is particular about a checkpoint, from its config.json. */
function particulars(json: Json): string {
  const rope = (json.rope_scaling ?? json.rope_parameters ?? {}) as Json;
  const [heads, keys] = [json.num_attention_heads ?? json.n_head, json.num_key_value_heads ?? json.num_attention_heads];
  const wide = json.head_dim ? ` of ${json.head_dim}` : '';
  const shared =
    keys === undefined || keys === heads ? `${heads} heads${wide}` : `${heads} heads${wide}, ${keys} of keys`;
  const positions = json.model_type === 'gpt2' ? 'learned' : `${String(rope.rope_type ?? 'default')} RoPE`;
  const tied = json.tie_word_embeddings !== false ? 'tied' : 'untied';
  const biases = ['attention_bias', 'mlp_bias'].filter((field) => json[field] === true);
  const older = json.model_type !== 'gpt2' && json.rope_parameters === undefined ? ['as older versions write it'] : [];
  const windows = json.model_type === 'mistral' || json.use_sliding_window === true;
  const window = windows && json.sliding_window ? [`a window of ${json.sliding_window}`] : [];
  const sequential = json.use_parallel_residual === false ? ['blocks one after the other'] : [];
  return [shared, positions, tied, ...biases, ...window, ...sequential, ...older].join(', ');
}

/** A bound that holds on any machine: the last digits of float32 do not. */
const within = (difference: number): string =>
  `≤ ${[1e-5, 1e-4, 1e-3].find((bound) => difference <= bound)?.toExponential() ?? difference}`;

async function parityRows(): Promise<string[][]> {
  const engine = await createEngine({ backend: 'tfjs-cpu', threads: 1 });
  const rows: string[][] = [];
  for (const { name, dir } of parityFixtures()) {
    const { architecture, expected, logitDifference, lossDifference, continuations, endId } = await measureParity(
      engine,
      dir,
    );
    const json = JSON.parse(readFileSync(join(dir, 'config.json'), 'utf8')) as Json;
    const ended = expected.continuations.map((ids) => (ids.at(-1) === endId ? ids.slice(0, -1) : ids));
    const same = JSON.stringify(ended) === JSON.stringify(continuations);
    rows.push([
      ...[name, code(architecture), particulars(json), within(logitDifference), within(lossDifference)],
      same ? `${continuations.flat().length} the same` : 'DIFFERENT',
      expected.transformers,
    ]);
  }
  await engine.dispose();
  return rows;
}

export async function architecturesPage(): Promise<string> {
  return page(
    'Architectures',
    'Models that can be registered, by the `model_type` of their `config.json` in the Hugging Face layout. Any other is ' +
      'refused with this list. `expunge train --architecture` makes small ones from nothing.',
    table(
      ['model_type', 'what', 'variants', 'layers that adapters can target'],
      Object.values(architectures).map((each) => [code(each.name), each.summary, each.variants, targets(each)]),
    ),
    `Positions (RoPE): ${ROPE_TYPES.map(code).join(', ')}, from \`rope_parameters\` or from \`rope_theta\` and ` +
      '`rope_scaling` of older files. `dynamic` scales beyond `max_position_embeddings`, where a model is never used here. ' +
      'Dropout is not applied: neither in training nor anywhere else.',
    '## Refused',
    'A configuration that asks for what is not computed is refused, not computed without it:',
    table(['what', 'for example', 'field', 'what it says'], REFUSED.map(refusal)),
    '## Parity',
    'Tiny random models of PyTorch’s `transformers` (`scripts/fixtures/make-models.py`), computed here: the largest ' +
      'difference of a logit, that of the loss, and the tokens that follow greedily over a key-value cache. This page is ' +
      'computed on TensorFlow.js’ own `cpu`; `test/architectures/parity.test.ts` does the same on onnxruntime/cpu as well, ' +
      'and `test/architectures/contract.test.ts` holds the gradient of every weight against the other backend.',
    table(
      ['checkpoint', 'model_type', 'particulars', 'logits', 'loss', 'greedy tokens', 'transformers'],
      await parityRows(),
    ),
    'The other way round, `npm run models:roundtrip -- --python PYTHON` has `transformers` load what we save, each of these ' +
      'and a fresh model of each architecture, as float32 and as bfloat16: no tensor missing or left over, logits within 1e-4. ' +
      'PYTHON is one that has `torch` and `transformers`.',
  );
}
