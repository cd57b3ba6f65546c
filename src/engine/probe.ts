// Tries a backend in a process of its own: a native library that aborts, or a driver that hangs, takes only that along.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { nvidiaNames } from './hardware.ts';

/** `device`: null when it computes on the CPU without a driver in between. `software`: a GPU that is only played. */
export type Probe = { ok: true; device: string | null; software: boolean } | { ok: false; reason: string };

/** What workers/probe.ts prints as its last line. */
export type ProbeAnswer = { ok: true; accelerated: boolean } | { ok: false; reason: string };

const PROBE = fileURLToPath(new URL('../../workers/probe.ts', import.meta.url));
const LIMIT_MS = 60_000;
const KEPT = 200_000;
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|software|basic render/i;

/** The device that the Vulkan loader made, by its own account on stderr. */
export const vulkanDevice = (stderr: string): string | null => /Using "(.+?)" with driver:/.exec(stderr)?.[1] ?? null;

function deviceOf(backend: string, stderr: string): string | null {
  if (backend === 'onnxruntime/webgpu') return vulkanDevice(stderr) ?? (process.platform === 'linux' ? null : 'GPU');
  return nvidiaNames().join(', ') || 'NVIDIA GPU';
}

function answerOf(stdout: string): ProbeAnswer | null {
  try {
    return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as ProbeAnswer;
  } catch {
    return null;
  }
}

/** Makes an engine on the backend and computes with it, in at most a minute. Never throws. */
export function probeBackend(
  backend: string,
  environment: Record<string, string>,
  { script = PROBE, limitMs = LIMIT_MS } = {},
): Promise<Probe> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [script, backend], {
      // the loader's own log is where a Vulkan device has a name
      env: { ...environment, VK_LOADER_DEBUG: 'driver,layer' },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: limitMs,
      killSignal: 'SIGKILL',
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout = (stdout + text).slice(-KEPT);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-KEPT);
    });
    child.once('error', (error) => resolve({ ok: false, reason: error.message }));
    child.once('close', (code, signal) => {
      const answer = answerOf(stdout);
      if (answer === null) {
        const how = signal === 'SIGKILL' ? `no answer within ${limitMs / 1000} s` : (signal ?? `exit code ${code}`);
        resolve({ ok: false, reason: `the process that tried it ended early (${how})` });
      } else if (!answer.ok) resolve(answer);
      else {
        const device = answer.accelerated ? deviceOf(backend, stderr) : null;
        resolve({ ok: true, device, software: device !== null && SOFTWARE.test(device) });
      }
    });
  });
}
