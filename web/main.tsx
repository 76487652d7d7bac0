import '@cloudscape-design/global-styles/index.css';
import './app.css';
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
      <App />
    </StrictMode>,
  );
} catch (error) {
  // Before there is anything to show it in: why nobody could be signed in.
  root.textContent = error instanceof Error ? error.message : String(error);
}
