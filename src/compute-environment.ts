// What compute processes are started with: the variables that they may see, and how they hold memory.

/** All that a compute process may see of the environment: no database, no keys. */
const COMPUTE_ENVIRONMENT = [
  ...['PATH', 'HOME', 'TMPDIR', 'TZ', 'LANG', 'LC_ALL', 'LD_LIBRARY_PATH', 'XDG_RUNTIME_DIR'],
  ...['CUDA_VISIBLE_DEVICES', 'NVIDIA_VISIBLE_DEVICES', 'NVIDIA_DRIVER_CAPABILITIES', 'VK_DRIVER_FILES'],
  ...['VK_ICD_FILENAMES', 'NODE_PATH', 'NODE_COMPILE_CACHE', 'TF_CPP_MIN_LOG_LEVEL'],
];

/** Megabytes of half V8's young generation, in each of our processes. Its own bound takes 80 MB more, and was no faster. */
export const HEAP_FLAGS: readonly string[] = ['--max-semi-space-size=16'];

/**
 * One heap that keeps what is freed. The C library would give each large tensor back to the system and fetch the next
 * one page by page; the runtime's own arenas keep a peak for every compiled graph. It reads this when a process starts.
 */
export const SHARED_HEAP: Readonly<Record<string, string>> =
  process.platform === 'linux'
    ? { MALLOC_MMAP_MAX_: '0', MALLOC_TRIM_THRESHOLD_: String(2 ** 40), MALLOC_ARENA_MAX: '1' }
    : {};
/** Whether this process was started with it. */
export const heapIsShared = (env: NodeJS.ProcessEnv = process.env): boolean =>
  Object.keys(SHARED_HEAP).length > 0 && Object.entries(SHARED_HEAP).every(([name, value]) => env[name] === value);

/** What of the environment goes on to a compute process, its heap, and how many threads TensorFlow may use there. */
export function computeEnvironment(env: NodeJS.ProcessEnv, threads: number): Record<string, string> {
  const passed = COMPUTE_ENVIRONMENT.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]]));
  const threading = { TF_NUM_INTRAOP_THREADS: String(threads), TF_NUM_INTEROP_THREADS: '1' };
  return { ...Object.fromEntries(passed), ...SHARED_HEAP, ...threading };
}
