import type { HubRefusalCode } from '../../contract/hub-refusal-code.js';

/** A refusal by the control API. Over HTTP: `status`, and `{"error": {code, message}}`. */
export class ControlError extends Error {
  override readonly name = 'ControlError';
  readonly status: number;
  readonly code: ControlErrorCode;

  constructor(status: number, code: ControlErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
    this.code = code;
  }
}

/** Why the control API refuses a call: what programs branch on. Each has one status over HTTP. */
export type ControlErrorCode =
  /** 401 to 507: the hub or the disk refuses, as on LM Studio's routes. */
  | HubRefusalCode
  /** 400: a value of the wrong shape; the message has its path and what was expected. 413: too many bytes. */
  | 'invalid_request'
  /** 400: a snapshot of another version, or a mangled one. */
  | 'bad_snapshot'
  /** 403: a call from another site, under another host name, or without the control token. */
  | 'forbidden'
  /** 404: there is no such route, session, job, fault or model. */
  | 'not_found'
  /** 405, 415: the route expects another method, or JSON. */
  | 'not_allowed'
  /** 408: a wait ended before its goal was reached. */
  | 'timeout'
  /** 409: a condition that can never hold. The clock has not moved. */
  | 'never'
  /** 409: a time before the session's latest decision. */
  | 'time_travel'
  /** 409: the job is not in a state that allows this. */
  | 'wrong_job_state'
  /** 409: a session of that name exists already. */
  | 'session_exists'
  /** 500: a defect of modeldock. */
  | 'internal_error'
  /** 503: the number of sessions has reached its limit, and all of them are in use. */
  | 'too_many_sessions'
  /** 501: not supported by this engine, or by this transport. */
  | 'unsupported';
