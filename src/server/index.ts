export { createMiddleware, type Middleware, type MiddlewareOptions } from './middleware.js';
export { PortTakenError, serve, type ServeOptions, type Serving } from './serve.js';
