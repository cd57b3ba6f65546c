// What was measured with.
import { readFileSync } from 'node:fs';

/** By an import of nothing: the libraries are loaded in other processes. */
const versionOf = (name: string): string => {
  const url = new URL(`../../node_modules/${name}/package.json`, import.meta.url);
  return (JSON.parse(readFileSync(url, 'utf8')) as { version: string }).version;
};

export const versionsHere = (): Record<string, string> => ({
  Node: process.versions.node,
  'ONNX Runtime': versionOf('onnxruntime-node'),
  'TensorFlow.js': versionOf('@tensorflow/tfjs'),
});
