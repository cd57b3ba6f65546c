// Disks that are full or read-only, for real: mounts, where the tests run as a user that may make them.
import { spawnSync } from 'node:child_process';

const run = (command: string, ...words: string[]): boolean =>
  spawnSync(command, words, { stdio: 'ignore' }).status === 0;
const unmount = (folder: string) => () => void run('umount', '-l', folder);

/** Why a test is skipped. */
export const NO_MOUNT = 'only root on Linux can mount the disk that this test fills';

/** Mounts a disk of so many bytes over an empty folder; returns what takes it away, or null where that is not possible. */
export function smallDisk(folder: string, bytes: number): (() => void) | null {
  return run('mount', '-t', 'tmpfs', '-o', `size=${bytes}`, 'expunge-test', folder) ? unmount(folder) : null;
}

/** Makes what lies in a folder read-only, whoever asks; returns what undoes it, or null where that is not possible. */
export function freeze(folder: string): (() => void) | null {
  if (!run('mount', '--bind', folder, folder)) return null;
  if (run('mount', '-o', 'remount,ro,bind', folder)) return unmount(folder);
  unmount(folder)();
  return null;
}
