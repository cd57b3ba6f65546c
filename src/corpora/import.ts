// Opens a file of records that a client names under the import root.
import { constants } from 'node:fs';
import { type FileHandle, open, realpath } from 'node:fs/promises';
import { readable, refused, resolveImport, throughLink } from './import-path.ts';

/** The file that `path` names under `importDir`, open for reading; no part of the path is a link. Throws `path-not-allowed`. */
export async function openImport(path: string, importDir: string): Promise<FileHandle> {
  const found = await resolveImport(path, importDir, 'file');
  return readable('file', async () => {
    // without following a link, and without waiting for a pipe's writer
    const file = await open(found, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      // Linux can say what was opened, so that a link put in place meanwhile is seen
      if (process.platform === 'linux' && (await realpath(`/proc/self/fd/${file.fd}`)) !== found)
        throw throughLink('file');
      if (!(await file.stat()).isFile()) throw refused('The path does not name an ordinary file.');
      return file;
    } catch (error) {
      await file.close();
      throw error;
    }
  });
}
