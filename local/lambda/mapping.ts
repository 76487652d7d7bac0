import type { Busy, LambdaInvoker, Resources, ServiceContext } from '../service.ts';

/** A running event source mapping. */
export interface Mapping extends Busy {
  /** Ends a batching window that is open, because somebody waits until nothing is pending. */
  readonly flush: () => void;
  readonly stop: () => void;
}

/** What every mapping works with. */
export interface MappingParts {
  readonly resources: Resources;
  readonly region: string;
  readonly invoker: LambdaInvoker;
  readonly onRoom: (functionArn: string, listener: () => void) => void;
  readonly log: ServiceContext['log'];
}
