// One line a command. What a command runs it loads when it runs (schemas alone are 700 modules), so that help and a wrong word
// are answered at once.
export { adapterMerge } from './commands/adapter-merge.ts';
export { backupCreate } from './commands/backup-create.ts';
export { backupDeletions } from './commands/backup-deletions.ts';
export { backupRestore } from './commands/backup-restore.ts';
export { backupVerify } from './commands/backup-verify.ts';
export { certificateShow } from './commands/certificate-show.ts';
export { certificateVerify } from './commands/certificate-verify.ts';
export { checkpointVerify } from './commands/checkpoint-verify.ts';
export { doctor } from './commands/doctor.ts';
export { du } from './commands/du.ts';
export { keysCreate } from './commands/keys-create.ts';
export { keysExportJwks } from './commands/keys-export-jwks.ts';
export { keysList } from './commands/keys-list.ts';
export { keysRevoke } from './commands/keys-revoke.ts';
export { keysRotate } from './commands/keys-rotate.ts';
export { ledgerCompare } from './commands/ledger-compare.ts';
export { ledgerExport } from './commands/ledger-export.ts';
export { ledgerVerify } from './commands/ledger-verify.ts';
export {
  requestsApprove,
  requestsCancel,
  requestsDeny,
  requestsExtend,
  requestsHold,
  requestsPlan,
  requestsRelease,
  requestsRetry,
  requestsVerify,
} from './commands/requests-act.ts';
export { requestsCreate } from './commands/requests-create.ts';
export { requestsList, requestsShow } from './commands/requests-list.ts';
export { requestsWait } from './commands/requests-wait.ts';
export { serve } from './commands/serve.ts';
export { signingKeysList } from './commands/signing-keys-list.ts';
export { signingKeysRotate } from './commands/signing-keys-rotate.ts';
export { subjectKeysDestroy } from './commands/subject-keys-destroy.ts';
export { subjectKeysList } from './commands/subject-keys-list.ts';
export { subjectKeysRotate } from './commands/subject-keys-rotate.ts';
export { tenantsList } from './commands/tenants-list.ts';
export { tenantsOffboard } from './commands/tenants-offboard.ts';
export { train } from './commands/train.ts';
export { up } from './commands/up.ts';
export { version } from './commands/version.ts';
export { worker } from './commands/worker.ts';
