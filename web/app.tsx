import AppLayoutToolbar from '@cloudscape-design/components/app-layout-toolbar';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import SideNavigation, { type SideNavigationProps } from '@cloudscape-design/components/side-navigation';
import { lazy, type ReactNode, Suspense, useEffect, useState } from 'react';
import { useLocation } from 'wouter';
import { isSignedIn, signOut } from './api/sign-in.ts';
import { type Appearance, chooseAppearance, useAppearance } from './parts/appearance.ts';
import { useAddressParameters, useExplained, useFollow } from './parts/navigate.ts';
import { NOT_FOUND, SCREENS, type Screen } from './screens/screens.tsx';

const Explanation = lazy(() => import('./parts/explanation.tsx'));

/** Above it a page is wide enough for an explanation beside what it explains. */
const BESIDE_FROM_PX = 1_200;
const NAVIGATION_FROM_PX = 912;

const screenAt = (path: string): Screen => SCREENS.find(({ pattern }) => pattern.test(path)) ?? NOT_FOUND;

const NAVIGATION: SideNavigationProps.Item[] = [
  ...SCREENS.map(({ name, href }) => ({ type: 'link' as const, text: name, href })),
  { type: 'divider' },
  { type: 'link', text: 'API', href: '/api/v1/docs', external: true, externalIconAriaLabel: 'opens in a new tab' },
];

const LAYOUT_WORDS = {
  navigation: 'Screens',
  navigationToggle: 'Open the navigation',
  navigationClose: 'Close the navigation',
  notifications: 'Notifications',
};

/** The frame of every screen: what there is to go to, the screen, and beside it the explanation of what was asked. */
export const App = (): ReactNode => {
  const [path] = useLocation();
  const explained = useExplained();
  const [, change] = useAddressParameters();
  const [navigationOpen, setNavigationOpen] = useState(() => window.innerWidth >= NAVIGATION_FROM_PX);
  const [panelSize, setPanelSize] = useState<number>();
  const [position, setPosition] = useState<'side' | 'bottom'>(() => (window.innerWidth >= BESIDE_FROM_PX ? 'side' : 'bottom'));
  const screen = screenAt(path);
  useEffect(() => {
    document.title = `${screen.name} · Ascent`;
  }, [screen]);
  return (
    <AppLayoutToolbar
      ariaLabels={LAYOUT_WORDS}
      toolsHide
      navigationOpen={navigationOpen}
      onNavigationChange={({ detail }) => setNavigationOpen(detail.open)}
      navigation={<Navigation activeHref={screen.href} />}
      content={<Suspense fallback={null}>{screen.render(path)}</Suspense>}
      splitPanel={
        explained === undefined ? undefined : (
          <Suspense fallback={null}>
            <Explanation key={explained} address={explained} />
          </Suspense>
        )
      }
      splitPanelOpen={explained !== undefined}
      onSplitPanelToggle={({ detail }) => {
        if (!detail.open) change({ explain: undefined });
      }}
      splitPanelPreferences={{ position }}
      onSplitPanelPreferencesChange={({ detail }) => setPosition(detail.position)}
      {...(panelSize === undefined ? {} : { splitPanelSize: panelSize })}
      onSplitPanelResize={({ detail }) => setPanelSize(detail.size)}
    />
  );
};

/** Each is what one click more leads to. */
const APPEARANCES: Readonly<Record<Appearance, { readonly text: string; readonly next: Appearance }>> = {
  system: { text: 'system', next: 'light' },
  light: { text: 'light', next: 'dark' },
  dark: { text: 'dark', next: 'system' },
};

const Navigation = ({ activeHref }: { readonly activeHref: string }): ReactNode => {
  const follow = useFollow();
  const appearance = useAppearance();
  const { text, next } = APPEARANCES[appearance];
  return (
    <>
      <SideNavigation header={{ text: 'Ascent', href: '/' }} activeHref={activeHref} onFollow={follow} items={NAVIGATION} />
      <Box padding={{ horizontal: 'l' }}>
        <Button variant="link" iconName="settings" onClick={() => chooseAppearance(next)}>
          Appearance: {text}
        </Button>
        {isSignedIn() ? (
          <Button variant="link" onClick={() => void signOut()}>
            Sign out
          </Button>
        ) : null}
      </Box>
    </>
  );
};
