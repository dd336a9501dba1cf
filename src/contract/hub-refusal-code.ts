/** Why the hub or the disk refuses a request, with the status that it gets on LM Studio's routes and in the control API alike. */
export type HubRefusalCode =
  /** 401: the hub does not accept the token. */
  | 'bad_token'
  /** 403: the repo asks for a token, and none is set. */
  | 'gated_no_token'
  /** 403: the owner of the repo has not granted access to the owner of the token. */
  | 'gated_not_on_list'
  /** 403: the hub has disabled the repo. */
  | 'repo_disabled'
  /** 404: the repo does not exist, or the token may not see it. */
  | 'missing_or_private'
  /** 422: a repo, or a file in it, has a name that must not become a path. */
  | 'unsafe_path'
  /** 409: another process downloads it. */
  | 'model_busy'
  /** 409: there are files that modeldock did not put there. */
  | 'unrecorded_files'
  /** 502: the hub answers, but not with anything that can be used. */
  | 'hub_error'
  /** 502: a redirect leads where a download must not follow. */
  | 'redirect_refused'
  /** 502: the proxy asks for credentials, or does not accept those it gets. */
  | 'proxy_auth'
  /** 503: the hub cannot answer now. */
  | 'hub_unavailable'
  /** 503: nothing answers. */
  | 'offline'
  /** 507: the disk has too little room. */
  | 'insufficient_space'
  /** 500: the disk fails, or the folder cannot be written. */
  | 'disk_error';
