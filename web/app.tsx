import AppLayout from '@cloudscape-design/components/app-layout';
import SideNavigation from '@cloudscape-design/components/side-navigation';
import SplitPanel from '@cloudscape-design/components/split-panel';
import TopNavigation from '@cloudscape-design/components/top-navigation';
import { type ReactNode, useEffect, useState } from 'react';
import { createPortal } from 'react-dom';
import { useLocation } from 'wouter';
import { isSignedIn, signOut } from './api/sign-in.ts';
import { type Appearance, chooseAppearance, useAppearance } from './parts/appearance.ts';
import { Explanation } from './parts/explanation.tsx';
import { useAddressParameters, useExplained, useFollow } from './parts/navigate.ts';
import { NOT_FOUND, type Screen, SCREENS } from './screens/screens.tsx';

const APPEARANCES: readonly { readonly id: Appearance; readonly text: string }[] = [
  { id: 'system', text: 'As the system' },
  { id: 'light', text: 'Light' },
  { id: 'dark', text: 'Dark' },
];

/** Above it the page is wide enough for an explanation beside what it explains. */
const BESIDE_FROM_PX = 1_200;

const screenAt = (path: string): Screen => SCREENS.find(({ pattern }) => pattern.test(path)) ?? NOT_FOUND;

const Top = (): ReactNode => {
  const follow = useFollow();
  const appearance = useAppearance();
  const [, navigate] = useLocation();
  const top = document.getElementById('top');
  if (top === null) return null;
  return createPortal(
    <TopNavigation
      identity={{
        href: '/',
        title: 'Ascent',
        onFollow: (event) => {
          event.preventDefault();
          navigate('/');
        },
      }}
      utilities={[
        {
          type: 'menu-dropdown',
          iconName: 'settings',
          ariaLabel: 'Appearance',
          title: 'Appearance',
          items: APPEARANCES.map(({ id, text }) => ({ id, text, itemType: 'checkbox', checked: id === appearance })),
          onItemClick: ({ detail }) => {
            const chosen = APPEARANCES.find(({ id }) => id === detail.id);
            if (chosen !== undefined) chooseAppearance(chosen.id);
          },
          onItemFollow: follow,
        },
        { type: 'button', text: 'API', href: '/api/v1/docs', external: true, externalIconAriaLabel: 'opens in a new tab' },
        ...(isSignedIn() ? [{ type: 'button' as const, text: 'Sign out', onClick: () => void signOut() }] : []),
      ]}
    />,
    top,
  );
};

const ExplanationPanel = (): ReactNode => {
  const explained = useExplained();
  if (explained === undefined) return undefined;
  return (
    <SplitPanel header="Explanation" closeBehavior="hide">
      <Explanation key={explained} address={explained} />
    </SplitPanel>
  );
};

/** The frame of every screen: what there is to go to, the screen, and beside it the explanation of what was asked. */
export const App = (): ReactNode => {
  const [path] = useLocation();
  const follow = useFollow();
  const explained = useExplained();
  const [, change] = useAddressParameters();
  const [navigationOpen, setNavigationOpen] = useState(() => matchMedia('(min-width: 912px)').matches);
  const [panelSize, setPanelSize] = useState<number>();
  const [position, setPosition] = useState<'side' | 'bottom'>(() => (window.innerWidth >= BESIDE_FROM_PX ? 'side' : 'bottom'));
  const screen = screenAt(path);
  useEffect(() => {
    document.title = `${screen.name} · Ascent`;
  }, [screen]);
  return (
    <>
      <Top />
      <AppLayout
        headerSelector="#top"
        toolsHide
        contentType="default"
        navigationOpen={navigationOpen}
        onNavigationChange={({ detail }) => setNavigationOpen(detail.open)}
        navigation={
          <SideNavigation
            activeHref={screen.href}
            onFollow={follow}
            items={SCREENS.map(({ name, href }) => ({ type: 'link', text: name, href }))}
          />
        }
        content={screen.render(path)}
        splitPanel={<ExplanationPanel />}
        splitPanelOpen={explained !== undefined}
        onSplitPanelToggle={({ detail }) => {
          if (!detail.open) change({ explain: undefined });
        }}
        splitPanelPreferences={{ position }}
        onSplitPanelPreferencesChange={({ detail }) => setPosition(detail.position)}
        {...(panelSize === undefined ? {} : { splitPanelSize: panelSize })}
        onSplitPanelResize={({ detail }) => setPanelSize(detail.size)}
      />
    </>
  );
};
