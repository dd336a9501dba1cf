/** A server that runs models: LM Studio itself, llama.cpp, or any other server with OpenAI's API. */
export interface InferenceServer {
  /** Its base URL, with or without a `/v1` at the end. */
  url: string;
  /** Sent as its bearer token, in place of the client's. */
  token?: string | undefined;
  /** Replaces the global `fetch`, for instance `(request) => fetch(bypass(request))` with MSW. */
  fetch?: ((request: Request) => Promise<Response>) | undefined;
}
