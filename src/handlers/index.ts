export { createHandlers, type HandlersOptions } from './create-handlers.js';
export type { Answer, Call, CallNotes, FaultNote, RawRequest, Route } from '../api/call.js';
export type { Api, Ownership } from '../api/api.js';
