import { readBody } from '../contract/read-body.js';
import type { Call } from './call.js';

/** Reads the body of a call by a schema. @throws Problem that names what is wrong */
export async function readJson<Body>(call: Call, schema: Parameters<typeof readBody<Body>>[0]): Promise<Body> {
  return readBody(schema, await call.text(), call.header('content-type'));
}
