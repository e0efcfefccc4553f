/** One HTTPS request to a service. */
export interface WebRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Absolute. A secret never goes in here. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** What a service answered. */
export interface WebReply {
  readonly status: number;
  /** By name in small letters. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** HTTPS without cookies, redirects or retries: what a driver sends is sent once. */
export interface Web {
  /** Throws Unreachable when nothing was sent, Untrusted for a certificate that is not trusted, Cut when no answer came. */
  send(request: WebRequest): Promise<WebReply>;
}
