/** Whether a file under `functions/` belongs to a capability, not to the kernel. */
export const isCapabilityFile = (path: string): boolean => path.startsWith('functions/') && !path.startsWith('functions/platform/');

/** Folder of the capability, e.g. `functions/arr`. */
export const capabilityOf = (path: string): string => path.split('/').slice(0, 2).join('/');
