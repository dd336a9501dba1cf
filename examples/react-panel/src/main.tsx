import { createRoot } from 'react-dom/client';
import { DownloadPanel } from './download-panel';

createRoot(document.querySelector('#root')!).render(
  <DownloadPanel baseUrl="/lmstudio" model="ibm/granite-4-micro" pollMs={1000} />,
);
