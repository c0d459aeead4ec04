import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app';
import { resumeSession } from './live/session';
import './ui/styles/tokens.css';
import './ui/styles/base.css';
import './ui/styles/controls.css';
import './ui/styles/dialogs.css';
import './ui/styles/shell.css';
import './ui/styles/servers.css';
import './ui/styles/messages.css';
import './ui/styles/composer.css';
import './ui/styles/files.css';
import './ui/styles/finding.css';
import './ui/styles/calls.css';
import './ui/styles/pages.css';

const root = document.getElementById('root');
if (root === null) throw new Error('BUG: the page has no root element');
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
void resumeSession();
