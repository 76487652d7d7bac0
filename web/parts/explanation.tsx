import type { ReactNode } from 'react';
import type { Address } from '../api/client.ts';
import { useApi } from '../api/use-api.ts';
import { ExplainedEvents } from './explained-events.tsx';
import { ExplainedFigure } from './explained-figure.tsx';
import { LoadedView } from './states.tsx';

/** From a figure to its movements, from a movement to its source events, from an event to the movements that it led to. */
export const Explanation = ({ address }: { readonly address: Address<'/api/v1/arr/explain'> }): ReactNode => {
  const loaded = useApi(address);
  return (
    <LoadedView loaded={loaded} what="the explanation">
      {(data) => (data.explains === 'figure' ? <ExplainedFigure address={address} first={data} /> : <ExplainedEvents told={data} />)}
    </LoadedView>
  );
};
