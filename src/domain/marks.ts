// Which state of a resource somebody has seen: what changes with every change of it, and is its entity tag.

interface Request {
  version: number;
}
interface Run {
  version: number;
  progress: { updated_at: string };
}
interface Verification {
  state: string;
  created_at: string;
  started_at: string | null;
  finished_at: string | null;
}

export const requestMark = ({ version }: Request): string => String(version);
/** Progress may be saved without a new version, so both name the state. */
export const runMark = ({ version, progress }: Run): string => `${version}-${Date.parse(progress.updated_at)}`;
export const verificationMark = ({ state, created_at, started_at, finished_at }: Verification): string =>
  `${state}-${finished_at ?? started_at ?? created_at}`;
