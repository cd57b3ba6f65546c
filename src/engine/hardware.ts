// What a machine shows of its accelerators without loading any library: files that drivers make.
import { globSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const resolve = createRequire(import.meta.url).resolve;

function here(name: string): string | null {
  try {
    return resolve(name);
  } catch {
    return null;
  }
}

/** Names of the NVIDIA GPUs as their driver gives them. `root`: where /dev and /proc are looked for. */
export function nvidiaNames(root = '/'): string[] {
  return globSync(join(root, 'proc/driver/nvidia/gpus/*/information')).map((file) => {
    const model = /^Model:\s*(.+)$/m.exec(readFileSync(file, 'utf8'));
    return model?.[1]?.trim() ?? 'NVIDIA GPU';
  });
}

const any = (root: string, ...patterns: string[]) =>
  globSync(patterns.map((pattern) => join(root, pattern))).length > 0;

/**
 * Backends on an accelerator that this machine may have, the best first. Linux alone: elsewhere an accelerator is used
 * when COMPUTE_BACKEND names it. A false hope costs a probe, nothing more.
 */
export function acceleratorsHere(root = '/', platform: string = process.platform): string[] {
  if (platform !== 'linux') return [];
  const nvidia = any(root, 'dev/nvidiactl', 'dev/nvidia[0-9]*');
  const gpu = nvidia || any(root, 'dev/dri/renderD*', 'dev/dxg');
  const runtime = here('onnxruntime-node/package.json');
  const cuda = runtime !== null && any(dirname(runtime), 'bin/napi-v*/linux/*/libonnxruntime_providers_cuda.so');
  return [
    ...(nvidia && cuda ? ['onnxruntime/cuda'] : []),
    ...(gpu ? ['onnxruntime/webgpu'] : []),
    ...(nvidia && here('@tensorflow/tfjs-node-gpu/package.json') ? ['tensorflow'] : []),
  ];
}
