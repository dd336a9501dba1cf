export { createMiddleware, type Middleware, type MiddlewareOptions } from './middleware.js';
export { CannotListenError, PortTakenError } from '../node/cannot-listen.js';
export { serve, type ServeOptions, type Serving } from './serve.js';
export type { Answer, Call, CallNotes, FaultNote, RawRequest, Route } from '../api/call.js';
export type { Api, Ownership } from '../api/api.js';
