// How turns are timed and summed up.

export interface Turn<T> {
  seconds: number;
  /** Of all threads of the process. */
  cpu_seconds: number;
  result: T;
}

export async function timed<T>(run: () => Promise<T>): Promise<Turn<T>> {
  const [started, used] = [performance.now(), process.cpuUsage()];
  const result = await run();
  const { user, system } = process.cpuUsage(used);
  return { seconds: (performance.now() - started) / 1000, cpu_seconds: (user + system) / 1e6, result };
}

export const median = (values: number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
