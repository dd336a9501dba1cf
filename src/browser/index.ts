export { startInBrowser, type BrowserMock, type BrowserOptions } from './start-in-browser.js';
export type { HandlersOptions } from '../handlers/create-handlers.js';
