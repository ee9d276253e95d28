import type { RequestPolicyFactory } from '@azure/storage-blob';

/** How the clients talk to Azure, apart from who talks. */
export interface TransportOptions {
  /** PEM of an authority to trust besides the system's, for these clients alone. */
  ca?: string;
  /** Called once per storage operation; its retries belong to it. */
  onRequest?: () => void;
}

/** Long enough for one block of an upload over a slow line; without it a lost answer would be waited for without end. */
const requestMsMax = 60_000;

/** A caller of ours tries again later anyway: a few tries get over a reset connection, more would multiply a throttling. */
const retriesMax = 2;
const retryMs = 500;
const retryMsMax = 4_000;

/** Options of a blob or queue pipeline. Their retry policy knows no `Retry-After`, so the wait is a short one. */
export function pipelineOptions({ ca }: TransportOptions) {
  return {
    // `tlsOptions` is not in the type, but is handed on as in the other clients.
    ...tlsOptions(ca),
    retryOptions: { maxTries: retriesMax + 1, retryDelayInMs: retryMs, maxRetryDelayInMs: retryMsMax },
  };
}

/** The policy that counts operations and limits their time, for a blob or queue pipeline. */
export function pipelineFactory({ onRequest }: TransportOptions): RequestPolicyFactory {
  return {
    create: (next) => ({
      sendRequest(request) {
        onRequest?.();
        request.timeout = requestMsMax;
        return next.sendRequest(request);
      },
    }),
  };
}

/** The same for a table client. */
export function tableOptions({ ca, onRequest }: TransportOptions) {
  return {
    ...tlsOptions(ca),
    retryOptions: { maxRetries: retriesMax, retryDelayInMs: retryMs, maxRetryDelayInMs: retryMsMax },
    additionalPolicies: [countAndLimit(onRequest)],
  };
}

/**
 * The same for ARM, which is not counted and not tried again: the next tick is the retry, and the client's own would hide
 * a throttling from it and repeat a deallocation.
 */
export function armOptions({ ca }: TransportOptions) {
  return { ...tlsOptions(ca), retryOptions: { maxRetries: 0 }, additionalPolicies: [countAndLimit()] };
}

interface LimitedRequest {
  timeout: number;
}

function countAndLimit(onRequest?: () => void) {
  return {
    position: 'perCall' as const,
    policy: {
      name: 'countAndLimit',
      sendRequest<Request extends LimitedRequest, Response>(
        request: Request,
        next: (request: Request) => Promise<Response>,
      ): Promise<Response> {
        onRequest?.();
        request.timeout = requestMsMax;
        return next(request);
      },
    },
  };
}

function tlsOptions(ca: string | undefined): { tlsOptions?: { ca: string } } {
  return ca === undefined ? {} : { tlsOptions: { ca } };
}
