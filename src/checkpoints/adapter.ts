// An adapter's folder in PEFT's layout: adapter_config.json and adapter_model.safetensors.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Architecture } from '../domain/architecture.ts';
import { float32, type HostTensor, type HostTensors } from '../domain/engine.ts';
import { adapterA, adapterB } from '../domain/lora.ts';
import { adapterShapes, targetedModules } from '../training/lora.ts';
import { ADAPTER_CONFIG, adapterConfig, readAdapterConfig } from './adapter-config.ts';
import { hasCode, sync, writeSynced } from './disk.ts';
import type { TensorInfo } from './header.ts';
import { invalid } from './invalid.ts';
import { readHeader, readSafetensors, writeSafetensors } from './safetensors.ts';

const ADAPTER_WEIGHTS = 'adapter_model.safetensors';

export interface LoadedAdapter {
  /** By the names of src/domain/lora.ts. */
  adapters: HostTensors;
  scale: number;
}

/** Name in the file -> ours. PEFT wraps the model twice, and keeps A as (rank, in) and B as (out, rank). */
function fileNames(modules: string[]): Map<string, string> {
  const pairs = modules.flatMap((module) => [
    [`base_model.model.${module}.lora_A.weight`, adapterA(module)] as const,
    [`base_model.model.${module}.lora_B.weight`, adapterB(module)] as const,
  ]);
  return new Map(pairs);
}

function transposed({ data, shape: [rows, columns] }: HostTensor): HostTensor {
  const turned = new Float32Array(data.length);
  for (let r = 0; r < rows!; r++) {
    for (let c = 0; c < columns!; c++) turned[c * rows! + r] = data[r * columns! + c]!;
  }
  return float32(turned, [columns!, rows!]);
}

/** Writes adapters that PEFT loads onto the same base. `adapters` by our names; all have the same rank. */
export async function saveAdapter(
  dir: string,
  content: { architecture: Architecture; config: unknown; adapters: HostTensors; alpha: number },
): Promise<void> {
  const { architecture, config, adapters, alpha } = content;
  const { modules: all, outFirst } = architecture.projections(config);
  const modules = all.filter((module) => adapters[adapterA(module)] !== undefined);
  const rank = adapters[adapterA(modules[0]!)]!.shape[1]!;
  const entries = [...fileNames(modules)].map(([name, ours]) => [name, transposed(adapters[ours]!)] as const);
  await mkdir(dir, { recursive: true });
  const json = JSON.stringify(adapterConfig({ rank, alpha, modules, outFirst }), null, 2);
  await writeSynced(join(dir, ADAPTER_CONFIG), `${json}\n`);
  await writeSafetensors(join(dir, ADAPTER_WEIGHTS), Object.fromEntries(entries), { format: 'pt' });
  await sync(dir);
}

async function headerOf(dir: string): Promise<TensorInfo[]> {
  try {
    return (await readHeader(join(dir, ADAPTER_WEIGHTS))).tensors;
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
    throw invalid(ADAPTER_WEIGHTS, 'is missing', 'Save the adapter as safetensors, not pickled.');
  }
}

/** Holds the file against what configuration and model ask for. */
function matchTensors(found: TensorInfo[], names: Map<string, string>, shapes: Record<string, number[]>): void {
  const missing = new Map(names);
  for (const { name, shape } of found) {
    const ours = names.get(name);
    if (ours === undefined) {
      const label = JSON.stringify(name.slice(0, 200));
      throw invalid(ADAPTER_WEIGHTS, `holds ${label}, which is no adapter of the target_modules`, 'Save it again.');
    }
    const [rows, columns] = shapes[ours]!;
    if (shape.length !== 2 || shape[0] !== columns || shape[1] !== rows) {
      throw invalid(
        ADAPTER_WEIGHTS,
        `tensor ${name} has the shape [${shape}] where r and the model ask for [${[columns, rows]}]`,
        'Use the adapter_config.json that belongs to it, and the model that it was trained on.',
      );
    }
    missing.delete(name);
  }
  const [first] = missing.keys();
  if (first !== undefined) throw invalid(ADAPTER_WEIGHTS, `has no tensor ${first}`, 'Save the whole adapter.');
}

/** The adapter in a folder, for a model of this configuration. Throws `checkpoint-invalid` naming the file. */
export async function loadAdapter(dir: string, architecture: Architecture, config: unknown): Promise<LoadedAdapter> {
  const { r, lora_alpha, target_modules, use_rslora } = await readAdapterConfig(dir);
  const refuse = (what: string) => invalid(ADAPTER_CONFIG, what, 'Use the model that it was trained on.');
  const targets = target_modules === 'all-linear' ? [] : target_modules;
  const modules = targetedModules(architecture, config, targets, (what) => refuse(`target_modules: ${what}`));
  const names = fileNames(modules);
  matchTensors(await headerOf(dir), names, adapterShapes(architecture, config, modules, r));
  const tensors = await readSafetensors(join(dir, ADAPTER_WEIGHTS));
  const adapters = Object.entries(tensors).map(([name, tensor]) => [names.get(name)!, transposed(tensor)] as const);
  return { adapters: Object.fromEntries(adapters), scale: lora_alpha / (use_rslora ? Math.sqrt(r) : r) };
}
