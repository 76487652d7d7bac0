import type { ICruiseOptions, IForbiddenRuleType } from 'dependency-cruiser';

declare const configuration: {
  readonly forbidden: (IForbiddenRuleType & { readonly name: string; readonly comment: string })[];
  readonly options: ICruiseOptions;
};
export default configuration;

/** Whether a path under `functions/` is that of a file which decides and does nothing else. */
export const isConceptFile: (path: string) => boolean;
/** Files between handlers and stores, by path. */
export const listedSteps: readonly string[];
