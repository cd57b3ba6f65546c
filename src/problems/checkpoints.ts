// What can be wrong with checkpoints and their files.
import type { Problem } from './problem.ts';

export const CHECKPOINT_PROBLEMS = {
  'path-not-allowed': [
    422,
    'The path lies outside the allowed root',
    'Put it under IMPORT_DIR, without symbolic links, and name it relative to that.',
  ],
  'checkpoint-active': [
    409,
    'The checkpoint is in use',
    'Only checkpoints that `active` does not name can be retired.',
  ],
  'checkpoint-in-use': [
    409,
    'A run or a verification needs the checkpoint',
    'Wait until what `existing` links has ended, and retire it then.',
  ],
  'checkpoint-deleted': [409, 'The checkpoint is deleted already', 'Nothing is left to do; its record stays.'],
  'checkpoint-gone': [
    409,
    'The weights of a checkpoint are deleted',
    'Name a checkpoint that GET /v1/models/{id}/checkpoints shows as kept, or register these weights again with POST /v1/models/{id}/checkpoints.',
  ],
  'checkpoint-retired': [
    410,
    'The checkpoint is not in use any more',
    'Stop using its weights and load the checkpoint that `existing` names; delete your copies.',
  ],
  'checkpoint-not-published': [
    409,
    'The checkpoint is in use by no model',
    'Only what a model answers from is handed out: GET /v1/models/{id}/aliases/active names it.',
  ],
  'range-not-satisfiable': [
    416,
    'The range lies outside of the file',
    'Ask for bytes that Content-Range says there are.',
  ],
  'checkpoint-mismatch': [
    422,
    'The checkpoint is not of the parent’s kind',
    'Register a checkpoint with the configuration and the tokenizer of its parent, or register it as a model of its own.',
  ],
} as const satisfies Record<string, Problem>;
