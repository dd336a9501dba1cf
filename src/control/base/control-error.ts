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
  /** 403: from another site, under another name, or without the control token. */
  | 'forbidden'
  /** 404: no such route, session, job, fault or model. */
  | 'not_found'
  /** 405, 415: the route takes another method, or JSON. */
  | 'not_allowed'
  /** 408: a wait ended before its goal was reached. */
  | 'timeout'
  /** 409: a condition that can never hold. The clock has not moved. */
  | 'never'
  /** 409: a time before the session's latest decision. */
  | 'time_travel'
  /** 409: a job that is not in the state this needs. */
  | 'wrong_job_state'
  /** 409: a session of that name is there already. */
  | 'session_exists'
  /** 500: a defect of modeldock. */
  | 'internal_error'
  /** 503: as many sessions as there may be, and all of them are in use. */
  | 'too_many_sessions'
  /** 501: this engine, or this transport, cannot. */
  | 'unsupported';
