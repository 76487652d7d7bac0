import '@cloudscape-design/global-styles/index.css';
import './app.css';
import I18nProvider from '@cloudscape-design/components/i18n';
import messages from '@cloudscape-design/components/i18n/messages/all.en';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { finishSignIn } from './api/sign-in.ts';
import { App } from './app.tsx';
import { startAppearance } from './parts/appearance.ts';

const root = document.getElementById('root');
if (root === null) throw new Error('the page has no place for the application');

startAppearance();
try {
  await finishSignIn();
  createRoot(root).render(
    <StrictMode>
      <I18nProvider locale="en" messages={[messages]}>
        <App />
      </I18nProvider>
    </StrictMode>,
  );
} catch (error) {
  // Before there is anything to show it in: why nobody could be signed in.
  root.textContent = error instanceof Error ? error.message : String(error);
}
