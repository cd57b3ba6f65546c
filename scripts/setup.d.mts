/** Why an install is needed, or null. */
export function whyInstall(root: string): string | null;
