// The backends that COMPUTE_BACKEND may name, one entry each. Libraries are loaded only when an engine is made.
import { heapIsShared } from '../compute-environment.ts';
import type { Engine } from '../domain/engine.ts';

export interface Backend {
  create(threads: number): Promise<Engine>;
  /** What it takes to have it; absent for what is always there, and then nothing is tried in advance. */
  remedy?: string;
}

const onnxruntime = (provider: 'cpu' | 'cuda' | 'webgpu') => async (threads: number) => {
  const { createOnnxEngine } = await import('./onnxruntime/engine.ts');
  return createOnnxEngine({ provider, threads, sharedHeap: heapIsShared() });
};

export const BACKENDS: Record<string, Backend> = {
  'onnxruntime/cpu': { create: onnxruntime('cpu') },
  'onnxruntime/cuda': {
    create: onnxruntime('cuda'),
    remedy:
      'It needs an NVIDIA GPU with its driver, CUDA 12, cuDNN 9 and the CUDA libraries of ONNX Runtime, which ' +
      '`ONNXRUNTIME_NODE_INSTALL=cuda12 npm rebuild onnxruntime-node --ignore-scripts=false` fetches ' +
      '(Dockerfile.gpu has all of it).',
  },
  'onnxruntime/webgpu': {
    create: onnxruntime('webgpu'),
    remedy:
      'It needs a GPU and, on Linux, its Vulkan driver with the loader (Debian: libvulkan1, mesa-vulkan-drivers; in ' +
      'a container NVIDIA_DRIVER_CAPABILITIES with `graphics`). VK_DRIVER_FILES names a driver by its ICD file.',
  },
  tensorflow: {
    async create() {
      const { createTensorflowEngine } = await import('./tensorflow.ts');
      return createTensorflowEngine();
    },
    remedy:
      'Install @tensorflow/tfjs-node-gpu or @tensorflow/tfjs-node 4.22.0 beside the other packages: ' +
      '`npm install --no-save --ignore-scripts @tensorflow/tfjs-node@4.22.0`, then ' +
      '`npm rebuild @tensorflow/tfjs-node --ignore-scripts=false`.',
  },
  'tfjs-cpu': {
    async create() {
      const { createEagerEngine } = await import('./eager.ts');
      return createEagerEngine('tfjs-cpu', 'cpu');
    },
  },
};
