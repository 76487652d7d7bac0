import SplitPanel from '@cloudscape-design/components/split-panel';
import type { ReactNode } from 'react';
import type { Address } from '../api/client.ts';
import { useApi } from '../api/use-api.ts';
import { ExplainedEvents } from './explained-events.tsx';
import { ExplainedFigure } from './explained-figure.tsx';
import { LoadedView } from './states.tsx';

/** From a figure to its movements, from a movement to its source events, from an event to the movements that it led to. */
const Explanation = ({ address }: { readonly address: Address<'/api/v1/arr/explain'> }): ReactNode => {
  const loaded = useApi(address);
  const profile = new URLSearchParams(address.slice(address.indexOf('?'))).get('profile') ?? undefined;
  return (
    <SplitPanel header="Explanation" closeBehavior="hide" i18nStrings={PANEL_WORDS}>
      <LoadedView loaded={loaded} what="the explanation">
        {(data) =>
          data.explains === 'figure' ? (
            <ExplainedFigure address={address} first={data} />
          ) : (
            <ExplainedEvents told={data} profile={profile} />
          )
        }
      </LoadedView>
    </SplitPanel>
  );
};

const PANEL_WORDS = {
  closeButtonAriaLabel: 'Close the explanation',
  openButtonAriaLabel: 'Open the explanation',
  resizeHandleAriaLabel: 'Resize the explanation',
  preferencesTitle: 'Where explanations are shown',
  preferencesPositionLabel: 'Place',
  preferencesPositionDescription: 'Beside what is explained, or below it.',
  preferencesPositionSide: 'Beside',
  preferencesPositionBottom: 'Below',
  preferencesConfirm: 'Confirm',
  preferencesCancel: 'Cancel',
};

export default Explanation;
